extension PlatformPages {
    static let style = #"""
        :root {
          --ground: #f3f5f8; --panel: #fff; --line: #d5dbe4; --edge: #7d8999; --text: #1c2430; --quiet: #566172;
          --accent: #1f5fbf; --on-accent: #fff; --code: #eef1f5; --bad: #a32018; --bad-ground: #fdeceb;
          --shadow: 0 1px 2px rgb(20 30 50 / 6%), 0 8px 24px rgb(20 30 50 / 7%);
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #10141a; --panel: #1a2029; --line: #38424f; --edge: #76849a; --text: #e6eaf0; --quiet: #a3aebd;
            --accent: #7fb0ff; --on-accent: #10141a; --code: #242c38; --bad: #ffaca5; --bad-ground: #3a2022;
            --shadow: none;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; padding: 1.5rem 1rem 3rem; background: var(--ground); color: var(--text);
          font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        header { margin: 0 auto 1rem; max-width: 27rem; font-weight: 700; letter-spacing: .01em; color: var(--quiet); }
        header::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .5em;
          border-radius: 3px; background: var(--accent); }
        main { margin: 0 auto; max-width: 27rem; padding: 1.75rem; background: var(--panel); border-radius: 12px;
          box-shadow: var(--shadow); }
        [hidden] { display: none !important; }
        h1 { margin: 0 0 1.25rem; font-size: 1.4rem; line-height: 1.25; }
        h2 { margin: 0 0 .75rem; font-size: 1.1rem; line-height: 1.3; }
        h2:focus { outline: none; }
        p { margin: .75rem 0 0; }
        form > p:first-child, section > p:first-child { margin-top: 0; }
        a { color: var(--accent); }
        label { display: block; margin: 1rem 0 .3rem; font-weight: 600; }
        form > label:first-child { margin-top: 0; }
        input:not([type=checkbox]) { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit;
          color: inherit; background: var(--panel); border: 1px solid var(--edge); border-radius: 8px; }
        input[readonly] { background: var(--code); }
        .check { display: flex; gap: .5rem; align-items: center; font-weight: 400; }
        .check input { width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); }
        .code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; letter-spacing: .12em;
          text-transform: uppercase; }
        .hint, .aside { margin: .35rem 0 0; font-size: .9rem; color: var(--quiet); }
        .aside { margin-top: 1rem; }
        button { width: 100%; min-height: 2.75rem; margin-top: 1.25rem; padding: .5rem 1rem; font: inherit;
          font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent);
          border-radius: 8px; cursor: pointer; }
        button.plain { color: var(--accent); background: none; border-color: var(--edge); }
        button:hover { filter: brightness(1.08); }
        button[disabled] { opacity: .6; cursor: progress; }
        :is(input, button, a):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .choice { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; }
        .providers { margin-top: 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
        .providers button { margin-top: 0; }
        .providers button + button { margin-top: .6rem; }
        dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .45rem 1rem; margin: 0;
          padding: .9rem 1rem; background: var(--code); border-radius: 8px; }
        dt { color: var(--quiet); }
        dd { margin: 0; font-weight: 600; }
        pre { margin: .75rem 0 0; padding: .8rem 1rem; background: var(--code); border-radius: 8px;
          white-space: pre-wrap; font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9rem; }
        pre code { font: inherit; }
        #offer:not([hidden]) ~ section { margin-top: 1.5rem; }
        .problem { margin: 0 0 1.25rem; padding: .75rem 1rem; color: var(--bad); background: var(--bad-ground);
          border-left: 4px solid var(--bad); border-radius: 6px; }
        @media (min-width: 40rem) {
          body { padding-top: 9vh; }
        }
        @media (max-width: 26rem) {
          main { padding: 1.25rem; }
          dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
          dd + dt { margin-top: .6rem; }
        }

        """#
}
