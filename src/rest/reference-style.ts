/** How the reference looks, in light and dark, on a phone and on a desk. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d9d9de, #3b3b42); --soft: light-dark(#5c5c66, #a5a5b0);
  --ground: light-dark(#f6f6f8, #232328); --link: light-dark(#0b57d0, #8ab4f8); }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #19191d);
  color: light-dark(#1c1c20, #ececf0); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
nav { border-bottom: 1px solid var(--line); padding: 1rem; max-height: 40vh; overflow: auto; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { font-size: .875rem; line-height: 1.3; }
nav a { display: block; padding: .25rem 0; color: inherit; text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav h2 { font-size: .8125rem; color: var(--soft); margin: 1rem 0 .25rem; }
main { padding: 1rem; max-width: 60rem; min-width: 0; }
h1 { font-size: 1.5rem; line-height: 1.2; }
h2.group { font-size: 1.25rem; margin: 3rem 0 .5rem; }
h2.group::first-letter { text-transform: uppercase; }
h3 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h4 { font-size: .875rem; margin: 1rem 0 .25rem; }
section { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; scroll-margin-top: 1rem; }
section:target { border-color: var(--link); }
section p { margin: .25rem 0; }
dl { display: grid; grid-template-columns: minmax(0, 1fr); margin: 0; gap: 0; }
dt { margin-top: .5rem; overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; color: var(--soft); font-size: .875rem; }
dd code, dt code, p code { font-size: .875em; background: var(--ground); padding: .1em .3em; border-radius: 4px; }
.type { color: var(--soft); font-size: .8125rem; }
.method { font: 600 .75rem/1 ui-monospace, monospace; display: inline-block; min-width: 3.6rem; padding: .25rem .375rem;
  border-radius: 4px; text-align: center; background: var(--ground); border: 1px solid var(--line); }
nav .method { min-width: 3.4rem; font-size: .6875rem; padding: .1875rem .25rem; }
.get { color: light-dark(#0b57d0, #8ab4f8); } .post { color: light-dark(#146c2e, #7fd897); }
.patch { color: light-dark(#8a5000, #f2b866); } .delete { color: light-dark(#b3261e, #f2938c); }
.status { font: 600 .875rem/1 ui-monospace, monospace; }
.s2 { color: light-dark(#146c2e, #7fd897); } .s4, .s5 { color: light-dark(#b3261e, #f2938c); }
pre { overflow: auto; max-height: 30rem; margin: .5rem 0 0; padding: .75rem; font-size: .8125rem; line-height: 1.4;
  background: var(--ground); border-radius: 6px; }
summary { cursor: pointer; font-size: .875rem; padding: .25rem 0; }
@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 20rem minmax(0, 1fr); }
  nav { border-bottom: 0; border-right: 1px solid var(--line); position: sticky; top: 0; height: 100vh; max-height: none; }
  main { padding: 1rem 2rem 4rem; }
  section dl { grid-template-columns: minmax(12rem, 18rem) minmax(0, 1fr); column-gap: 1rem; align-items: baseline; }
  dd { margin-top: .5rem; }
  dd dl { display: block; }
}
`;
