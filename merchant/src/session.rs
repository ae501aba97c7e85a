//! Sessions: a random cookie, of which only the hash is kept.

use crate::Merchant;
use crate::store::StoreError;
use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

const COOKIE: &str = "shop_session";
/// As long as the records hold it good.
const MAX_AGE: u64 = 30 * 24 * 60 * 60;

impl Merchant {
    /// The session that a request shows, if it is known.
    pub(crate) async fn session(&self, headers: &HeaderMap) -> Result<Option<String>, StoreError> {
        for value in cookies(headers) {
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
        let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Lax{secure}");
        let cookie = HeaderValue::try_from(cookie).map_err(|_| StoreError::Unreadable("a cookie"))?;
        Ok((session, cookie))
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })
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

    #[test]
    fn a_session_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; shop_session=abc; shop_session_x=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("shop_session=def"));
        assert_eq!(cookies(&headers).collect::<Vec<_>>(), ["abc", "def"]);
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let (one, two) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(one.len(), 64);
        assert_ne!(one, two);
    }
}
