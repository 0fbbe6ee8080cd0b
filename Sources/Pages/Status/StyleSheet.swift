/// The style sheet of the pages, for light and dark screens of any width.
enum StyleSheet {
    static let text = """
        :root {
            color-scheme: light dark;
            --paper: #fbfaf8; --card: #ffffff; --ink: #1f2328; --faint: #5c636b; --line: #dfddd8; --link: #0b5cad;
            --good: #1a7f37; --bad: #b42318; --busy: #0b5cad; --wait: #8a5a00; --calm: #5c636b;
        }
        @media (prefers-color-scheme: dark) {
            :root {
                --paper: #16181c; --card: #1e2126; --ink: #e6e6e3; --faint: #a0a6ad; --line: #343941; --link: #7ab7f5;
                --good: #5fc77b; --bad: #ff8a7a; --busy: #7ab7f5; --wait: #e0b050; --calm: #a0a6ad;
            }
        }
        * { box-sizing: border-box; }
        body {
            margin: 0 auto; padding: 0 1rem 2rem; max-width: 62rem; background: var(--paper); color: var(--ink);
            font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
        }
        a { color: var(--link); text-decoration: none; }
        a:hover { text-decoration: underline; }
        a:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
        code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875em; }
        header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: .75rem 0;
            border-bottom: 1px solid var(--line); }
        .home { display: flex; align-items: center; gap: .5rem; color: var(--ink); font-weight: 600; }
        header nav { display: flex; gap: 1.25rem; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.5rem 0 .5rem; display: flex; flex-wrap: wrap;
            align-items: center; gap: .25rem .75rem; }
        h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
        .quiet { color: var(--faint); font-weight: 400; }
        .summary { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0 0 1rem; color: var(--faint); }
        .summary .busy { color: var(--busy); } .summary .wait { color: var(--wait); } .summary .bad { color: var(--bad); }
        .rows { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line);
            border-radius: 8px; }
        .rows li { display: grid; gap: .125rem 1rem; align-items: baseline; padding: .625rem 1rem;
            grid-template-columns: minmax(8rem, 1fr) 9rem minmax(8rem, 1.2fr) 7rem; }
        .deployments li { grid-template-columns: 9rem minmax(7rem, 1fr) minmax(8rem, 1.4fr) 7rem; }
        .rows li + li { border-top: 1px solid var(--line); }
        .name { font-weight: 600; }
        .deployments .facts { grid-column: 3; } .deployments .age { grid-column: 4; }
        .facts { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .75rem; color: var(--faint); }
        .facts code { color: var(--ink); }
        .age { color: var(--faint); text-align: right; }
        .rows .reason { grid-column: 1 / -1; margin: 0; color: var(--faint); font-size: .875rem; }
        .state { display: inline-flex; align-items: center; gap: .45rem; font-weight: 400; font-size: .9375rem;
            white-space: nowrap; color: var(--calm); }
        .state::before { content: ""; flex: none; width: .6rem; height: .6rem; border-radius: 50%; background: currentColor; }
        .state.none::before { background: none; border: 1px solid currentColor; }
        .state.good { color: var(--good); } .state.bad { color: var(--bad); font-weight: 600; }
        .state.busy { color: var(--busy); } .state.wait { color: var(--wait); }
        .state.bad::before { border-radius: 1px; }
        @media (prefers-reduced-motion: no-preference) {
            .state.busy::before { animation: pulse 1.2s ease-in-out infinite; }
            @keyframes pulse { 50% { opacity: .25; } }
        }
        .notice { margin: .5rem 0; padding: .5rem .75rem; border-left: 3px solid var(--wait); background: var(--card); }
        .notice.bad { border-color: var(--bad); }
        .hint { margin: .5rem 0; color: var(--faint); }
        .hint code { color: var(--ink); }
        dl { margin: .75rem 0; display: grid; grid-template-columns: 7rem 1fr; gap: .25rem 1rem; }
        dt { color: var(--faint); }
        dd { margin: 0; }
        .output { margin: 0; padding: .75rem 1rem; max-height: 70vh; overflow: auto; white-space: pre-wrap;
            background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-height: 3.5rem; }
        .pager { display: flex; gap: 1.25rem; align-items: baseline; justify-content: center; margin: 1rem 0; color: var(--faint); }
        .empty { color: var(--faint); }
        footer { margin-top: 2rem; color: var(--faint); font-size: .875rem; }
        @media (max-width: 44rem) {
            .rows li, .deployments li { grid-template-columns: 1fr auto; }
            .rows .facts, .deployments .facts { grid-column: 1; }
            .rows .age, .deployments .age { grid-column: 2; }
            .sites .state { justify-self: end; }
            dl { grid-template-columns: 5.5rem 1fr; gap: .25rem .5rem; }
        }

        """
}
