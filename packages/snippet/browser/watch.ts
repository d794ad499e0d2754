/**
 * What a visitor sees and clicks. An item counts as shown when half of it was in view for a second,
 * while the page was visible (the Media Rating Council's rule for display advertisements).
 */
export interface Shown {
  item: string;
  request: string;
  position: number;
  surface?: string;
}

const ITEM = 'data-lorekeep-item';
const REQUEST = 'data-lorekeep-request';
const POSITION = 'data-lorekeep-position';
const SURFACE = 'data-lorekeep-surface';

const SHARE_IN_VIEW = 0.5;
const IN_VIEW_MS = 1_000;
const DOUBLE_CLICK_MS = 1_000;

export function watch(onImpression: (shown: Shown) => void, onClick: (shown: Shown) => void): void {
  const seen = new Set<string>();
  const inView = new Map<Element, ReturnType<typeof setTimeout> | undefined>();
  let lastClick = '';
  let lastClickAt = 0;

  function start(element: Element): void {
    const timer = document.hidden ? undefined : setTimeout(() => report(element), IN_VIEW_MS);
    inView.set(element, timer);
  }
  function stop(element: Element): void {
    clearTimeout(inView.get(element));
    inView.delete(element);
  }
  function report(element: Element): void {
    const shown = shownBy(element);
    if (shown === undefined || seen.has(keyOf(shown))) return;
    seen.add(keyOf(shown));
    onImpression(shown);
  }

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio } of entries) {
        stop(target);
        if (isIntersecting && intersectionRatio >= SHARE_IN_VIEW) start(target);
      }
    },
    { threshold: SHARE_IN_VIEW },
  );
  // An element whose attributes change shows another item: it is looked at anew.
  const observe = (element: Element) => {
    observer.unobserve(element);
    stop(element);
    observer.observe(element);
  };
  const scan = (root: ParentNode) => root.querySelectorAll(`[${ITEM}]`).forEach(observe);
  new MutationObserver((records) => {
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (type === 'attributes') {
        if ((target as Element).hasAttribute(ITEM)) observe(target as Element);
        scan(target as Element);
      }
      for (const node of addedNodes)
        if (node instanceof Element) {
          if (node.hasAttribute(ITEM)) observe(node);
          scan(node);
        }
      for (const node of removedNodes)
        if (node instanceof Element) for (const one of inView.keys()) if (node.contains(one)) stop(one);
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: [ITEM, REQUEST, POSITION] });
  scan(document);

  addEventListener(
    'visibilitychange',
    () => {
      for (const element of [...inView.keys()]) {
        stop(element);
        start(element);
      }
    },
    true,
  );

  const click = ({ target, timeStamp }: Event) => {
    const element = target instanceof Element ? target.closest(`[${ITEM}]`) : null;
    const shown = element === null ? undefined : shownBy(element);
    if (shown === undefined) return;
    const isAgain = keyOf(shown) === lastClick && timeStamp - lastClickAt < DOUBLE_CLICK_MS;
    lastClick = keyOf(shown);
    lastClickAt = timeStamp;
    if (isAgain) return;
    // Who clicks has seen it, however short.
    report(element as Element);
    onClick(shown);
  };
  addEventListener('click', click, true);
  addEventListener('auxclick', (event) => event.button === 1 && click(event), true);
}

const keyOf = ({ request, item, position }: Shown) => JSON.stringify([request, item, position]);

/** `undefined` outside of a list with a request. */
function shownBy(element: Element): Shown | undefined {
  const list = element.closest(`[${REQUEST}]`);
  const item = element.getAttribute(ITEM);
  const request = list?.getAttribute(REQUEST);
  if (!list || !item || !request) return undefined;
  const given = element.getAttribute(POSITION);
  const position = given ? Number(given) : [...list.querySelectorAll(`[${ITEM}]`)].indexOf(element);
  const surface = list.getAttribute(SURFACE);
  return { item, request, position: Math.max(0, position), ...(surface ? { surface } : {}) };
}
