//! Sessions: a random cookie, of which only the hash is kept.

use crate::Merchant;
use crate::store::StoreError;
use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

const COOKIE: &str = "shop_session";
/// Under https the name has a prefix with which a browser takes the cookie from this very host alone, over https.
const COOKIE_UNDER_HTTPS: &str = "__Host-shop_session";
/// A browser shows one. Anybody may show any number, and each is looked up.
const MOST_COOKIES: usize = 3;
/// As long as the records hold it good.
const MAX_AGE: u64 = 30 * 24 * 60 * 60;

impl Merchant {
    /// The session that a request shows, if it is known.
    pub(crate) async fn session(&self, headers: &HeaderMap) -> Result<Option<String>, StoreError> {
        for value in cookies(headers, self.cookie()) {
            if let Some(session) = self.store.session(&hash(value)).await? {
                return Ok(Some(session));
            }
        }
        Ok(None)
    }

    /// A new session, and the cookie for it.
    pub(crate) async fn new_session(&self) -> Result<(String, HeaderValue), StoreError> {
        let session = uuid::Uuid::new_v4().to_string();
        let token = random_token()?;
        self.store.add_session(&hash(&token), &session).await?;
        let secure = if self.settings.is_https { "; Secure" } else { "" };
        let cookie = format!("{}={token}; Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Lax{secure}", self.cookie());
        let cookie = HeaderValue::try_from(cookie).map_err(|_| StoreError::Unreadable("a cookie"))?;
        Ok((session, cookie))
    }

    fn cookie(&self) -> &'static str {
        if self.settings.is_https { COOKIE_UNDER_HTTPS } else { COOKIE }
    }
}

/// The tokens in a request's cookies of that name, no more than a few, and only what looks like one.
fn cookies<'a>(headers: &'a HeaderMap, cookie: &'static str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let values = lines.flat_map(|line| line.split(';')).filter_map(move |pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == cookie && is_token(value)).then_some(value)
    });
    values.take(MOST_COOKIES)
}

/// Whether it may be one of [`random_token`].
fn is_token(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// 256 random bits.
fn random_token() -> Result<String, StoreError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Unreadable("the system's randomness"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_str(line).unwrap());
        }
        cookies(&headers, COOKIE).map(str::to_owned).collect()
    }

    #[test]
    fn a_session_is_found_among_other_cookies() {
        let (one, two) = ("a1".repeat(32), "b2".repeat(32));
        let lines = [format!("a=1; shop_session={one}; shop_session_x={two}"), format!("shop_session={two}")];
        assert_eq!(found(&[&lines[0], &lines[1]]), [one, two]);
    }

    #[test]
    fn what_cannot_be_a_session_is_not_looked_up() {
        let token = "a1".repeat(32);
        let wrong = ["", "00", &"A1".repeat(32), &"g1".repeat(32), &"a1".repeat(33), &format!("\"{token}\"")]
            .map(|value| format!("shop_session={value}"));
        assert_eq!(found(&[&wrong.join("; "), &format!("shop_session={token}")]), [token]);
    }

    #[test]
    fn of_many_sessions_three_are_looked_up() {
        let pairs: Vec<String> = (0..100).map(|number| format!("shop_session={number:064x}")).collect();
        let (one, other) = pairs.split_at(2);
        assert_eq!(found(&[&one.join("; "), &other.join("; ")]), [0, 1, 2].map(|number| format!("{number:064x}")));
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (one, two) = (random_token().unwrap(), random_token().unwrap());
        assert!(is_token(&one) && is_token(&two), "{one} {two}");
        assert_ne!(one, two);
    }
}
