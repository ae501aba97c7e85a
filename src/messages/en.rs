//! The keys, and what they say in English.
//!
//! Plain, calm, and never more than is known: a text that says what became of the money is only used where that is known.

super::texts! {
    screens {
        /// Heading while nothing is known yet.
        Loading = "loading": "Loading your payment";

        /// Heading where Pay can be pressed.
        Ready = "ready": "Your payment";
        /// Pay, while the amount is not known.
        Pay = "pay": "Pay";
        /// Pay.
        PayAmount = "pay_amount": "Pay {amount}";
        /// Pay, for an authorization whose amount is not known yet.
        Reserve = "reserve": "Reserve";
        /// Pay, for an authorization.
        ReserveAmount = "reserve_amount": "Reserve {amount}";
        /// Beside Pay.
        PayHint = "pay_hint": "Your bank may ask you to confirm it.";
        /// Beside Pay, for an authorization.
        ReserveHint = "reserve_hint": "The amount is only reserved now. The shop can take it later.";
        /// The amount is not what the shopper saw.
        AmountChanged = "amount_changed": "The amount has changed. Please check it, then press the button again.";

        /// Heading after Pay was pressed.
        Creating = "creating": "Starting your payment";
        /// While it starts.
        CreatingWait = "creating_wait": "Please keep this page open.";

        /// Heading while the page is about to be left.
        Redirecting = "redirecting": "Taking you to the payment page";
        /// While the page is about to be left.
        RedirectingWait = "redirecting_wait": "It opens by itself.";
        /// The page has not been left in time, or the shopper cannot see the window or frame.
        RedirectingLate = "redirecting_late": "Did it not open? Use this link.";
        /// The link to go on by.
        Continue = "continue": "Continue to the payment page";

        /// Heading while the shopper pays in a window of its own.
        Popup = "popup": "Continue in the new window";
        /// While the shopper pays in a window, or in a frame below.
        PopupWait = "popup_wait": "Finish your payment there. The result appears on this page.";
        /// Brings the window to the front.
        PopupShow = "popup_show": "Show the window";
        /// Heading while the shopper pays in a frame below it.
        Frame = "frame": "Finish your payment below";
        /// What is in the frame, for those who do not see it.
        FrameTitle = "frame_title": "Payment page";

        /// Heading of Pay by Link.
        Link = "link": "Pay with this link";
        /// How to pay by link.
        LinkHint = "link_hint": "Open it here, or on your phone with the code. The result appears on this page.";
        /// When the link ends.
        LinkUntil = "link_until": "The link works until {time}.";
        /// How long the link still works: `14:59`, or, read out, `3 minutes`.
        TimeLeft = "time_left": "Time left: {time}";
        /// Opens the link.
        Open = "open": "Open the payment page";
        /// Behind the name of a link, for those who do not see it: where it opens.
        NewTab = "new_tab": "(opens in a new tab)";
        /// Copies the link.
        Copy = "copy": "Copy link";
        /// The link was copied.
        Copied = "copied": "Link copied";
        /// Shares the link.
        Share = "share": "Share link";
        /// What the QR code is, for those who do not see it.
        Qr = "qr": "QR code of the payment link";
        /// While the shopper pays by link.
        LinkWait = "link_wait": "Waiting for your payment";

        /// Heading while the result is asked for.
        Confirming = "confirming": "Confirming your payment";
        /// While the result is asked for.
        ConfirmingWait = "confirming_wait": "Usually this takes a few seconds. The result appears on this page.";
        /// The browser has no connection, so that no result can come now.
        Offline = "offline": "You are offline. The result appears here once you are connected again.";
        /// The shopper may not have finished where they were taken.
        ContinueHint = "continue_hint": "Not finished at your bank? Continue there. To pay another way, cancel there first.";

        /// Heading of a charge that succeeded.
        Paid = "paid": "Payment complete";
        /// Heading of an authorization that succeeded.
        Reserved = "reserved": "Amount reserved";
        /// Below an authorization that succeeded.
        ReservedHint = "reserved_hint": "The amount is reserved for the shop, which can take it later.";
        /// On the receipt, before a paid amount.
        PaidLabel = "paid_label": "Paid";
        /// On the receipt, before a reserved amount.
        ReservedLabel = "reserved_label": "Reserved";
        /// On the receipt, before what was paid with.
        MethodLabel = "method_label": "Payment method";
        /// Before what a shopper can quote.
        ReferenceLabel = "reference_label": "Reference";
        /// Pay by Link, as a payment method.
        PayByLink = "pay_by_link": "Pay by link";
        /// Any card, as a payment method.
        Card = "card": "Card";
        /// One card, as a payment method: `Visa` and the last four digits.
        CardEnding = "card_ending": "{brand} ending in {digits}";
        /// Below a saved card; the date is a month and a year in numbers.
        CardExpires = "card_expires": "Expires {date}";

        /// Heading of a failure.
        Failed = "failed": "Payment not completed";
        /// Heading of a payment that was cancelled or given back.
        Closed = "closed": "This payment is closed";
        /// Only where it is known.
        NoMoneyMoved = "no_money_moved": "No money has moved.";
        /// Where it is not known whether money moved.
        MaybeMoved = "maybe_moved": "If your bank shows this payment, ask the shop before you pay again.";
        /// Another attempt.
        TryAgain = "try_again": "Try again";
        /// Where there is nothing to press.
        GoBack = "go_back": "To pay, go back to the shop and start again.";
        /// Only the shop can do something about it.
        AskShop = "ask_shop": "Please tell the shop. Only it can put this right.";
        /// The shop may have to do something about it.
        AskShopIfAgain = "ask_shop_if_again": "If it happens again, please tell the shop.";

        /// Heading where the result is not known in time.
        Processing = "processing": "Still processing";
        /// What to make of it.
        ProcessingHint = "processing_hint": "Your payment can still go through, so please do not pay again. Check here later, or ask the shop.";
        /// Asks for the result.
        Check = "check": "Check again";
        /// The result, or the shop, is being asked.
        Checking = "checking": "Checking";

        /// Heading where the shop's backend cannot be used.
        Unavailable = "unavailable": "You cannot pay here right now";
    }

    // What is known of why, by the flow's codes; what to do about it only where no other code has the same to say.
    codes {
        Declined = "declined": "Your bank or card company declined the payment. It can tell you why, or you can use another payment method.";
        PaymentMethodInvalid = "payment_method_invalid": "This payment method cannot be used. Its details may be mistyped or out of date. Please check them, or use another payment method.";
        Cancelled = "cancelled": "The payment was cancelled before it was finished.";
        Expired = "expired": "The time to finish the payment ran out.";
        NotCompleted = "not_completed": "It did not go through, and no reason was given.";
        ProviderError = "provider_error": "The payment company had a technical problem.";
        ProviderUnreachable = "provider_unreachable": "The payment company could not be reached.";
        MerchantConfiguration = "merchant_configuration": "The shop is not set up to take this payment.";
        PaymentCancelled = "payment_cancelled": "It was cancelled, and can no longer be paid. To buy, place a new order.";
        PaymentRefunded = "payment_refunded": "Money paid with it has been refunded. To buy again, place a new order.";
        RequestRefused = "request_refused": "The shop did not accept the payment.";
        PaymentMethodMissing = "payment_method_missing": "Your payment details are missing or incomplete. Please check them, then press the button again.";
        PaidElsewhere = "paid_elsewhere": "This payment is being made in another window.";
        NotAuthorizedHere = "not_authorized_here": "This window may not show the payment. Look at your e-mail, or at the window where you ordered.";
        RedirectionRefused = "redirection_refused": "The payment page has an address that is not safe to open.";
        BackendUnreachable = "backend_unreachable": "The shop cannot be reached. Please check your connection.";
        BackendIncomplete = "backend_incomplete": "The shop sent an incomplete answer.";
        InvalidMerchantSiteUrl = "invalid_merchant_site_url": "This page of the shop is not set up to take payments.";
        InvalidAttribute = "invalid_attribute": "This page of the shop is not set up right: “{name}” is missing or cannot be used.";
        NoPayment = "no_payment": "There is no payment to show on this page.";
        UnknownStatus = "unknown_status": "The answer to your payment is not clear yet.";
        StillPending = "still_pending": "There is no final result yet.";
    }
}
