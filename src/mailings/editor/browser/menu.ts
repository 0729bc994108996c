import { element } from "./setup";

export type MenuItem = { label: string; act: () => void };

/**
 * A menu at a place of the screen, with the keyboard of menus: arrows, Home, End, first letters, Enter, Escape.
 * @param dismissed called when nothing was chosen
 */
export function openMenu(
  label: string,
  items: readonly MenuItem[],
  { left, top }: { left: number; top: number },
  dismissed: () => void,
): void {
  const menu = element("div", { class: "mail-editor-menu", role: "menu", "aria-label": label });
  let isOpen = true;
  const close = (chosen: (() => void) | null) => {
    if (!isOpen) return;
    isOpen = false;
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    (chosen ?? dismissed)();
  };
  const outside = (event: Event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) close(null);
  };
  const buttons = items.map(({ label: name, act }) =>
    element("button", { type: "button", role: "menuitem", tabindex: "-1", click: () => close(act) }, name),
  );
  menu.append(...buttons);
  menu.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((each) => each.matches(":focus"));
    const to = target(event, at, buttons);
    if (event.key === "Escape" || event.key === "Tab") close(null);
    else if (to === null) return;
    else buttons.at(to % buttons.length)?.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  document.body.append(menu);
  const room = {
    right: window.innerWidth - menu.offsetWidth - 8,
    bottom: window.innerHeight - menu.offsetHeight - 8,
  };
  menu.style.left = `${Math.max(8, Math.min(left, room.right))}px`;
  menu.style.top = `${Math.max(8, Math.min(top, room.bottom))}px`;
  document.addEventListener("pointerdown", outside, true);
  buttons[0]?.focus();
}

function target({ key }: KeyboardEvent, at: number, buttons: readonly HTMLElement[]): number | null {
  if (key === "ArrowDown") return at + 1;
  if (key === "ArrowUp") return at - 1 + buttons.length;
  if (key === "Home") return 0;
  if (key === "End") return buttons.length - 1;
  if (key.length !== 1) return null;
  const found = buttons.findIndex(({ textContent }) =>
    textContent?.toLowerCase().startsWith(key.toLowerCase()),
  );
  return found < 0 ? null : found;
}
