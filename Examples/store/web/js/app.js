// Start here: the routes and what happens around them.

import { rememberRedirect, signOut } from "./session.js";
import { markCurrent, startShell } from "./shell.js";
import { go, startRouter } from "./router.js";
import { startTheme } from "./theme.js";
import { toast } from "./toast.js";
import { catalogueView } from "./views/catalogue.js";
import { productView } from "./views/product.js";
import { cartView } from "./views/cart.js";
import { checkoutView } from "./views/checkout.js";
import { loginView } from "./views/login.js";
import { registerView } from "./views/register.js";
import { ordersView } from "./views/orders.js";
import { orderView } from "./views/order.js";
import { profileView } from "./views/profile.js";

/** A page that needs an account: a rejected token leads to the login page. */
function guarded(view) {
  return async (context) => {
    const expired = () => {
      if (context.signal.aborted) return;
      rememberRedirect(location.hash);
      signOut();
      toast("Your session has ended. Please sign in again.", "error");
      go("#/login", { replace: true });
    };
    try {
      return await view({ ...context, expired });
    } catch (error) {
      if (error.status !== 401) throw error;
      expired();
      return { title: "", node: null };
    }
  };
}

startTheme();
startShell();
startRouter([
  { pattern: "/", view: catalogueView },
  { pattern: "/product/:id", view: productView },
  { pattern: "/cart", view: cartView },
  { pattern: "/checkout", view: guarded(checkoutView), auth: true },
  { pattern: "/login", view: loginView, guestOnly: true },
  { pattern: "/register", view: registerView, guestOnly: true },
  { pattern: "/orders", view: guarded(ordersView), auth: true },
  { pattern: "/orders/:id", view: guarded(orderView), auth: true },
  { pattern: "/profile", view: guarded(profileView), auth: true },
], markCurrent);
