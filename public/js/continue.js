// <form data-continue> sends itself: the next step of long work, which whoever looks on may leave at any time.
document.querySelector("form[data-continue]")?.requestSubmit();
