//! What a shopper types into PayU's fields, and does in the bank's page in a frame; and what is posted of it.

use crate::browser::{Browser, Outcome};
use crate::engine::Engine;
use crate::wait_for;
use thirtyfour::{By, WebElement};

const NOTES_WHAT_IS_POSTED: &str = "const written = window.written = JSON.stringify;
    JSON.stringify = (value, ...more) => {
        if (value?.three_d_secure_attributes) window.posted = value;
        return written(value, ...more);
    };";

/// The name on the card, which is a field of the page's own.
const HOLDER: &str = "paymentsos-checkout [slot=card] input";

impl Browser {
    /// From now on, pages note the create that they post; see [`posted`](Browser::posted).
    pub async fn notes_what_is_posted(&self) {
        self.begins_with(NOTES_WHAT_IS_POSTED).await;
    }

    /// The create that this page has posted, as JSON.
    pub async fn posted(&self) -> String {
        self.value("return window.written(window.posted);").await
    }

    /// Waits until the fields of a card are there.
    pub async fn has_fields(&self) {
        wait_for("three fields", async || {
            let count = "return `${document.querySelectorAll('paymentsos-checkout [slot=card] iframe').length}`;";
            match self.value(count).await {
                count if count == "3" => Ok(()),
                count => Err(format!("{count} fields")),
            }
        })
        .await;
    }

    /// Types into a field, in its frame: `number`, `expiry` or `cvv`.
    pub async fn types(&self, field: &str, text: &str) {
        let frame = By::Css(format!("paymentsos-checkout [slot=card] [id$=-{field}] iframe"));
        wait_for("a field of the card", async || {
            self.looks_at_the_whole().await;
            let frame = self.driver.find(frame.clone()).await.map_err(|error| error.to_string())?;
            frame.enter_frame().await.map_err(|error| error.to_string())?;
            let input = self.driver.find(By::Css("input")).await.map_err(|error| error.to_string())?;
            if self.engine() == Engine::WebKit {
                return self.writes(&input, text).await;
            }
            input.send_keys(text).await.map_err(|error| error.to_string())
        })
        .await;
        self.looks_at_the_whole().await;
    }

    /// WebKitGTK's driver takes no field in these frames for one that can be typed into: what a page hears of typing is told to it.
    async fn writes(&self, input: &WebElement, text: &str) -> Result<(), String> {
        const WRITES: &str = "const [input, text] = arguments;
            input.focus();
            input.value += text;
            for (const event of ['input', 'change', 'blur']) input.dispatchEvent(new Event(event, { bubbles: true }));";
        let input = input.to_json().map_err(|error| error.to_string())?;
        self.driver.execute(WRITES, vec![input, text.into()]).await.map(drop).map_err(|error| error.to_string())
    }

    /// Types a whole card.
    pub async fn types_a_card(&self, number: &str) {
        self.types("number", number).await;
        self.types("expiry", "12/31").await;
        self.types("cvv", "123").await;
        let holder = self.driver.find(By::Css(HOLDER)).await.expect("a field");
        holder.send_keys("Ada Byron").await.expect("it takes keys");
    }

    /// Presses one of the buttons of the bank's page in the frame.
    pub async fn decides_in_the_frame(&self, outcome: Outcome) {
        wait_for("the bank's page in the frame", async || {
            self.looks_into("iframe[part~=frame]").await?;
            self.driver.find(By::Css("button[name=outcome]")).await.map_err(|error| error.to_string())
        })
        .await;
        self.decides(outcome).await;
        self.looks_at_the_whole().await;
    }
}
