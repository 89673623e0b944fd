/** Scrolling one part of the window. `scrollIntoView` would scroll everything around it too, up to the window's own frame. */

/** Scrolls `container` as little as brings `element` into it, with a margin in px above and below. */
export function scrollWithin(container: Element, element: Element, margin = 0): void {
  const outer = container.getBoundingClientRect()
  const inner = element.getBoundingClientRect()
  if (inner.top < outer.top + margin) container.scrollTop -= outer.top + margin - inner.top
  else if (inner.bottom > outer.bottom - margin) container.scrollTop += inner.bottom - outer.bottom + margin
}
