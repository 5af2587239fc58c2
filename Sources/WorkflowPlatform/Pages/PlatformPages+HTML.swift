extension PlatformPages {
    /// A page.
    static func html(_ page: Page) -> String {
        switch page {
        case .device: layout("Sign in a device", script: "device.js", device + signIn)
        case .invitation: layout("Your invitation", script: "invitation.js", invitation + signIn)
        case .verifyEmail: layout("Confirm your e-mail address", script: "account.js", verifyEmail)
        case .resetPassword: layout("Set a new password", script: "account.js", resetPassword)
        case .forgotPassword: layout("Forgot your password?", script: "account.js", forgotPassword)
        }
    }

    private static func layout(_ title: String, script: String, _ content: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) – Workflow</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="pages/page.css">
        <script type="module" src="pages/\(script)"></script>
        </head>
        <body>
        <header>Workflow</header>
        <main>
        <h1>\(title)</h1>
        <p id="problem" class="problem" role="alert" hidden></p>
        <noscript><p class="problem">This page needs JavaScript, which is off in your browser.</p></noscript>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    private static let signIn = #"""
        <section id="sign-in" hidden>
        <form id="sign-in-form">
        <h2>Sign in</h2>
        <label for="email">E-mail address</label>
        <input id="email" name="email" type="email" autocomplete="username" maxlength="254" required>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required>
        <button>Sign in</button>
        <p class="aside"><a href="forgot-password" target="_blank" rel="noreferrer">Forgot your password?</a></p>
        </form>
        <div class="providers" hidden></div>
        </section>
        <section id="second-factor" hidden>
        <form id="second-factor-form">
        <h2>Second factor</h2>
        <label for="factor">Code</label>
        <input id="factor" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false"
          maxlength="64" aria-describedby="factor-hint" required>
        <p id="factor-hint" class="hint">The six figures that your app shows now, or one of your recovery codes.</p>
        <button>Continue</button>
        </form>
        </section>

        """#

    private static let device = #"""
        <section id="enter" hidden>
        <form id="enter-form">
        <label for="user-code">Code</label>
        <input id="user-code" name="user_code" class="code" autocomplete="off" autocapitalize="characters"
          spellcheck="false" maxlength="20" aria-describedby="user-code-hint" required>
        <p id="user-code-hint" class="hint">The eight letters that your device or terminal shows.</p>
        <button>Continue</button>
        </form>
        </section>
        <section id="decide" hidden>
        <h2 tabindex="-1">Let this device in?</h2>
        <dl>
        <dt>Device</dt><dd id="device-name"></dd>
        <dt>Address</dt><dd id="device-address"></dd>
        <dt>Asked at</dt><dd id="device-time"></dd>
        <dt>Signs in as</dt><dd id="account"></dd>
        </dl>
        <p>It can then do everything that you can, until you sign it out.
        <strong>Let it in only if you have just begun this yourself.</strong> Nobody else needs this code from you.</p>
        <div class="choice">
        <button id="allow" type="button">Let it in</button>
        <button id="deny" type="button" class="plain">Refuse</button>
        </div>
        </section>
        <section id="allowed" hidden>
        <h2 tabindex="-1">The device is signed in</h2>
        <p>You can close this page and go on there.</p>
        </section>
        <section id="denied" hidden>
        <h2 tabindex="-1">The device was refused</h2>
        <p>It has no access. If it was not yours, nothing else is to be done. You can close this page.</p>
        </section>

        """#

    private static let invitation = #"""
        <section id="offer" hidden>
        <dl>
        <dt>Company</dt><dd id="company"></dd>
        <dt id="resource-type" hidden></dt><dd id="resource" hidden></dd>
        <dt>Your role</dt><dd id="role"></dd>
        <dt>For</dt><dd id="address"></dd>
        </dl>
        </section>
        <section id="join" hidden>
        <form id="join-form">
        <h2>Make your account</h2>
        <input name="email" type="email" autocomplete="username" readonly hidden>
        <label for="display-name">Your name</label>
        <input id="display-name" name="display_name" autocomplete="name" maxlength="200" required>
        <label for="new-password">Password</label>
        <input id="new-password" name="password" type="password" autocomplete="new-password" maxlength="1024" required>
        <label class="check"><input type="checkbox" data-shows="new-password"> Show the password</label>
        <button>Accept the invitation</button>
        </form>
        <div class="providers" hidden></div>
        </section>
        <section id="joined" hidden>
        <h2 tabindex="-1">Welcome</h2>
        <p>You have the role. Sign in from a terminal:</p>
        <pre><code id="command"></code></pre>
        </section>

        """#

    private static let verifyEmail = #"""
        <section id="verify" hidden>
        <form id="verify-form">
        <p>Confirm that the address to which this link was sent is yours.
        If you have made no account here, do nothing.</p>
        <button>Confirm</button>
        </form>
        </section>
        <section id="verified" hidden>
        <h2 tabindex="-1">The address is confirmed</h2>
        <p>You can sign in, and close this page.</p>
        </section>

        """#

    private static let resetPassword = #"""
        <section id="reset" hidden>
        <form id="reset-form">
        <label for="new-password">New password</label>
        <input id="new-password" name="new_password" type="password" autocomplete="new-password" maxlength="1024"
          aria-describedby="new-password-hint" required>
        <p id="new-password-hint" class="hint">All your sessions end; sign in again with it everywhere.</p>
        <label class="check"><input type="checkbox" data-shows="new-password"> Show the password</label>
        <button>Set the password</button>
        <p class="aside"><a href="forgot-password">Have another e-mail sent</a></p>
        </form>
        </section>
        <section id="done" hidden>
        <h2 tabindex="-1">The new password is set</h2>
        <p>Sign in with it. You can close this page.</p>
        </section>

        """#

    private static let forgotPassword = #"""
        <section id="forgot" hidden>
        <form id="forgot-form">
        <label for="email">E-mail address</label>
        <input id="email" name="email" type="email" autocomplete="username" maxlength="254"
          aria-describedby="email-hint" required>
        <p id="email-hint" class="hint">You get an e-mail with a link with which you set a new password.</p>
        <button>Send the e-mail</button>
        </form>
        </section>
        <section id="sent" hidden>
        <h2 tabindex="-1">Look into your mailbox</h2>
        <p>If there is an account with this address, an e-mail is on its way to it. Its link works for an hour.</p>
        </section>

        """#
}
