export { refusalSql } from "./store-may-mail";
