import HTTPTypes

/// The files of the page that shows an API and tries it. It loads nothing from anywhere else.
enum APIPage {
    /// What the page may do: its own script, its own style, requests to where it comes from, and nothing more.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    /// A file by its path; `nil` when there is none.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - token: What the page has to show to make requests.
    ///   - target: Where its requests go.
    static func file(_ path: String, token: String, target: String) -> (type: String, text: String)? {
        switch path {
        case "/":
            (
                "text/html; charset=utf-8",
                html.replacing("@TOKEN@", with: escaped(token)).replacing("@TARGET@", with: escaped(target))
            )
        case "/page.css": ("text/css; charset=utf-8", style)
        case "/page.js": ("text/javascript; charset=utf-8", script)
        case "/answer.js": ("text/javascript; charset=utf-8", answerScript)
        case "/operation.js": ("text/javascript; charset=utf-8", operationScript)
        case "/samples.js": ("text/javascript; charset=utf-8", samplesScript)
        default: nil
        }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
    }

    private static let html = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="request-token" content="@TOKEN@">
        <meta name="target" content="@TARGET@">
        <title>API</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/page.css">
        <script type="module" src="/page.js"></script>
        </head>
        <body>
        <header>
          <div>
            <h1 id="title">API</h1>
            <p id="about"></p>
          </div>
          <div class="session">
            <label>Sends to <output id="target"></output></label>
            <label for="token">Bearer token <input id="token" type="password" autocomplete="off" spellcheck="false"
              placeholder="none"></label>
            <a href="/openapi.json" download>openapi.json</a>
          </div>
        </header>
        <div class="columns">
          <nav aria-label="Operations">
            <input id="filter" type="search" placeholder="Filter by path or name" aria-label="Filter operations">
            <div id="operations"></div>
          </nav>
          <main id="main" tabindex="-1"><p class="quiet">Loading…</p></main>
        </div>
        <noscript>This page needs JavaScript.</noscript>
        </body>
        </html>

        """#
}
