extension PlatformPages {
    /// Somebody looks which device shows a code, and lets it in or refuses it.
    static let deviceScript = #"""
        import { byID, call, complain, onSubmit, run, session, show } from "./page.js";
        import { comeBack, offerProviders, signIn } from "./sign-in.js";

        const field = byID("user-code");

        async function look() {
          try {
            if (!session.isSignedIn) await signIn();
            const [device, user] = await Promise.all([
              call("POST", "auth/device/show", { user_code: field.value.trim() }), call("GET", "auth/me")]);
            byID("device-name").textContent = device.client_name || "It does not say what it is";
            byID("device-address").textContent = device.ip_address;
            byID("device-time").textContent = new Date(device.created_at).toLocaleTimeString();
            byID("account").textContent = user.email;
            show("decide");
          } catch (error) {
            show("enter");
            complain(error);
          }
        }

        function choice(button, decision, step) {
          byID(button).addEventListener("click", () => run(byID(button), async () => {
            await call("POST", "auth/device/approve", { user_code: field.value.trim(), decision });
            show(step);
            // The session that has let a device in must be there until the device asks.
            if (decision === "deny") await session.end();
          }));
        }

        onSubmit("enter-form", look);
        choice("allow", "approve", "allowed");
        choice("deny", "deny", "denied");

        try {
          field.value = new URLSearchParams(location.search).get("user_code") ?? "";
          const found = await comeBack();
          if (found) {
            field.value = found.kept;
            await look();
          } else {
            show("enter");
          }
          await offerProviders("device", () => field.value);
        } catch (error) {
          show("enter");
          complain(error);
        }

        """#

    /// Somebody joins whom an e-mail invites.
    static let invitationScript = #"""
        import { Problem, byID, call, complain, home, linkToken, onSubmit, session, show } from "./page.js";
        import { comeBack, offerProviders, signIn } from "./sign-in.js";

        const token = linkToken();

        function describe(offer) {
          document.querySelector("h1").textContent = `Join ${offer.company_name}`;
          byID("company").textContent = offer.company_name;
          byID("role").textContent = offer.role;
          byID("address").textContent = offer.email;
          const isPart = offer.resource_type !== "company";
          byID("resource-type").textContent = offer.resource_type[0].toUpperCase() + offer.resource_type.slice(1);
          byID("resource").textContent = offer.resource_name;
          byID("resource-type").hidden = byID("resource").hidden = !isPart;
          for (const input of document.querySelectorAll("input[name=email]")) {
            input.value = offer.email;
            input.readOnly = true;
          }
        }

        async function welcome() {
          byID("command").textContent = `wfctl login ${home.href.replace(/\/$/, "")}`;
          show("joined", "offer");
          await session.end();
        }

        async function accept() {
          await signIn("offer");
          try {
            await call("POST", "auth/invitations/accept", { token });
            await welcome();
          } catch (error) {
            complain(error);
          }
        }

        try {
          const found = await comeBack();
          if (found) {
            describe(found.kept);
            await welcome();
          } else {
            if (!token) throw new Problem("This link is not complete. Open it in the e-mail again, or copy all of it.");
            const offer = await call("POST", "auth/invitations/show", { token });
            describe(offer);
            onSubmit("join-form", async (values) => {
              session.begin(await call("POST", "auth/register", { ...values, invitation_token: token }));
              await welcome();
            });
            if (offer.has_account) accept();
            else show("join", "offer");
            await offerProviders("invitation", () => offer, { invitation_token: token });
          }
        } catch (error) {
          complain(error);
        }

        """#

    /// Somebody confirms an address, or gets back in without a password.
    static let accountScript = #"""
        import { Problem, byID, call, complain, linkToken, onSubmit, show } from "./page.js";

        const token = linkToken();

        // Shows a form whose values the API gets with the token of the link, and then what comes behind it.
        function form(step, path, next) {
          onSubmit(`${step}-form`, async (values) => {
            await call("POST", path, token ? { ...values, token } : values);
            show(next);
          });
          show(step);
        }

        if (byID("forgot")) {
          form("forgot", "auth/password/forgot", "sent");
        } else if (!token) {
          complain(new Problem("This link is not complete. Open it in the e-mail again, or copy all of it."));
        } else if (byID("reset")) {
          form("reset", "auth/password/reset", "done");
        } else {
          form("verify", "auth/email/verify", "verified");
        }

        """#
}
