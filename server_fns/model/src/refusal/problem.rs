//! A refusal as RFC 9457 has it, so that programs which know that read it, with what DockHost says beside.

use serde::{Deserialize, Serialize};

use super::{Refusal, RefusalCode};

/// Every "no" of the API, as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProblemDetails {
    /// Where the server's own description of its API tells of refusals of this kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every refusal of this kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The same as `message`.
    pub detail: String,
    #[serde(flatten)]
    pub refusal: Refusal,
}

impl ProblemDetails {
    /// Its media type.
    pub const MEDIA_TYPE: &str = "application/problem+json";

    /// `status` is that of the answer, which is seldom another one than the code's.
    pub fn new(status: u16, refusal: Refusal) -> Self {
        let Refusal { code, message, .. } = &refusal;
        Self { kind: kind(*code), title: code.title().to_owned(), status, detail: message.clone(), refusal }
    }
}

/// A reference within the server that answers.
pub(super) fn kind(code: RefusalCode) -> String {
    format!("/api/v1/openapi.json#/x-dockhost-refusals/{}", code.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_of_before_read_stands_beside_what_the_rfc_names() {
        let refusal = Refusal::field("name", "The name is in use.");
        let text = serde_json::to_string(&ProblemDetails::new(400, refusal.clone())).unwrap();
        let expected = concat!(
            r#"{"type":"/api/v1/openapi.json#/x-dockhost-refusals/invalid","#,
            r#""title":"The request cannot be read or breaks a rule","status":400,"detail":"The name is in use.","#,
            r#""code":"invalid","message":"The name is in use.","field":"name"}"#
        );
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Refusal>(&text).unwrap(), refusal);
    }

    #[test]
    fn every_code_has_its_name_and_a_title() {
        for code in RefusalCode::ALL {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{}\"", code.name()));
            assert!(!code.title().is_empty() && kind(code).ends_with(code.name()));
        }
    }
}
