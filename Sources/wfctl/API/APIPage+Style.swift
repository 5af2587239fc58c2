extension APIPage {
    static let style = #"""
        :root {
          --ground: #f6f7f9; --panel: #fff; --line: #dde1e7; --text: #1c2430; --quiet: #5d6878; --accent: #1f5fbf;
          --code: #eef1f5; --get: #1b7f4b; --post: #1f5fbf; --put: #9a5b00; --patch: #7a4bb5; --delete: #b3261e;
          --good: #1b7f4b; --bad: #b3261e; --shadow: 0 1px 3px rgb(20 30 50 / 8%);
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #12161c; --panel: #1a2029; --line: #313a47; --text: #e6eaf0; --quiet: #9aa6b6; --accent: #7fb0ff;
            --code: #232b36; --get: #5fce95; --post: #7fb0ff; --put: #e9b15a; --patch: #c3a1f0; --delete: #ff8f87;
            --good: #5fce95; --bad: #ff8f87; --shadow: 0 0 0 transparent;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
        h1, h2, h3, p { margin: 0; }
        h1 { font-size: 1.25rem; }
        h2 { font-size: 1.2rem; overflow-wrap: anywhere; }
        h3 { font-size: .8rem; text-transform: uppercase; letter-spacing: .06em; color: var(--quiet);
          margin: 1.5rem 0 .5rem; }
        code { background: var(--code); border-radius: 4px; padding: .1em .3em; }
        a { color: var(--accent); }
        .quiet, header p { color: var(--quiet); }
        header { display: flex; flex-wrap: wrap; gap: .75rem 2rem; justify-content: space-between; align-items: center;
          padding: .9rem 1.5rem; background: var(--panel); border-bottom: 1px solid var(--line); }
        .session { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; color: var(--quiet);
          font-size: .86rem; }
        .session output { color: var(--text); }
        .columns { display: grid; grid-template-columns: minmax(16rem, 23rem) minmax(0, 1fr); align-items: start; }
        nav { position: sticky; top: 0; max-height: 100vh; overflow: auto; padding: 1rem; }
        nav h3 { margin: 1.1rem .5rem .3rem; }
        nav button { display: flex; gap: .6rem; align-items: baseline; width: 100%; border: 0; border-radius: 6px;
          background: none; color: inherit; padding: .35rem .5rem; text-align: left; cursor: pointer; font: inherit; }
        nav button:hover { background: var(--code); }
        nav button[aria-current] { background: var(--panel); box-shadow: inset 3px 0 var(--accent), var(--shadow); }
        nav .path { overflow-wrap: anywhere; }
        .method { flex: none; min-width: 3.6rem; font-weight: 700; font-size: .74rem; letter-spacing: .03em; }
        .get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
        .patch { color: var(--patch); } .delete { color: var(--delete); }
        main { margin: 1rem 1.5rem 3rem 0; padding: 1.5rem; background: var(--panel); border: 1px solid var(--line);
          border-radius: 10px; box-shadow: var(--shadow); min-height: 60vh; }
        main:focus { outline: none; }
        .heading { display: flex; gap: .75rem; align-items: baseline; margin-bottom: .35rem; }
        .heading .method { font-size: .95rem; min-width: 0; }
        .heading .path { font-size: 1rem; overflow-wrap: anywhere; }
        .prose { margin-top: .75rem; display: grid; gap: .6rem; max-width: 48rem; }
        .prose ul { margin: 0; padding-left: 1.2rem; }
        table { border-collapse: collapse; font-size: .9rem; }
        th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line);
          vertical-align: top; }
        th { color: var(--quiet); font-weight: 600; }
        input, select, textarea { width: 100%; padding: .42rem .6rem; border: 1px solid var(--line); border-radius: 6px;
          background: var(--ground); color: inherit; font: inherit; }
        code, pre, textarea, .path, #token { font-family: ui-monospace, "DejaVu Sans Mono", monospace;
          font-size: .86rem; }
        .session input { width: 14rem; margin-left: .4rem; }
        textarea { min-height: 10rem; resize: vertical; tab-size: 2; }
        :is(input, select, textarea, button, a):focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
        .field { display: grid; grid-template-columns: minmax(9rem, 14rem) minmax(0, 26rem); gap: .2rem 1rem;
          align-items: center; margin-bottom: .7rem; }
        .field .note { grid-column: 2; font-size: .84rem; color: var(--quiet); }
        .place { font-size: .78rem; color: var(--quiet); }
        .send, .small { border: 0; border-radius: 6px; font: inherit; font-weight: 600; cursor: pointer; }
        .send { margin-top: 1rem; padding: .5rem 1.4rem; background: var(--accent); color: var(--panel); }
        .send[disabled] { opacity: .6; cursor: default; }
        .small { padding: .2rem .7rem; background: var(--code); color: var(--accent); font-size: .84rem; }
        pre { margin: .4rem 0 0; padding: .8rem 1rem; background: var(--code); border-radius: 8px; overflow: auto;
          max-height: 32rem; white-space: pre-wrap; overflow-wrap: anywhere; }
        .status { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: baseline; }
        .status strong.good { color: var(--good); } .status strong.bad { color: var(--bad); }
        .problem { color: var(--bad); margin-top: .75rem; }
        details { margin-top: .6rem; } details .field { margin-top: .7rem; }
        summary { cursor: pointer; color: var(--quiet); }
        noscript { display: block; padding: 1.5rem; }
        @media (max-width: 48rem) {
          .columns { grid-template-columns: minmax(0, 1fr); }
          nav { position: static; max-height: 40vh; }
          main { margin: 0; border-radius: 0; padding: 1.25rem 1rem; overflow-wrap: anywhere; }
          main td:first-child { overflow-wrap: normal; }
          details :is(table, tbody, tr, td) { display: block; } details th { display: none; }
          details tr { padding: .35rem 0; border-bottom: 1px solid var(--line); }
          details td { padding: 0; border: 0; } details td:first-child { overflow-wrap: anywhere; }
          .field { grid-template-columns: minmax(0, 1fr); } .field .note { grid-column: 1; }
        }

        """#
}
