// What does not move on a page, drawn by React alone: see app/components/still.py.
(() => {
  const { createElement, Fragment, memo, useRef } = window.React;
  const draw = (node) => {
    if (!Array.isArray(node)) return node;
    const [tag, { dangerouslySetInnerHTML: _, ...attributes }, ...inner] = node;
    return createElement(tag, attributes, ...inner.map(draw));
  };
  // another tree is another page: none of the old one's elements stays
  const Still = memo(({ tree }) => {
    const seen = useRef({ tree, nth: 0 });
    if (seen.current.tree !== tree) seen.current = { tree, nth: seen.current.nth + 1 };
    return createElement(Fragment, { key: seen.current.nth }, draw(tree));
  });
  window.clausemeter = Object.assign(window.clausemeter || {}, { Still });
})();
