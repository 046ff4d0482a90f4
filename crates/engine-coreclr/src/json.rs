//! Reads the JSON files of .NET as leniently as hostfxr does, and no more leniently.
//!
//! hostfxr 8.0.4 (RapidJSON) passes over a byte order mark, comments of both kinds, and whatever follows the first value;
//! it refuses trailing commas. Types, on the other hand, are checked here more strictly than there: hostfxr reads a
//! number where it expects a string without looking, and the process ends in SIGSEGV.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};

/// Reads the first JSON value in `text`.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let mut text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).to_vec();
    blank_comments(&mut text);
    T::deserialize(&mut serde_json::Deserializer::from_slice(&text))
}

/// For a member that may be left out but, where it stands, has to have its type: `null` is not "left out".
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// Overwrites comments with blanks, so that lines and columns in later messages stay true.
fn blank_comments(text: &mut [u8]) {
    let mut at = 0;
    let mut in_string = false;
    while at < text.len() {
        let pair = (text[at], text.get(at + 1).copied());
        match pair {
            (b'\\', _) if in_string => at += 1,
            (b'"', _) => in_string = !in_string,
            (b'/', Some(b'/')) if !in_string => {
                while at < text.len() && text[at] != b'\n' {
                    text[at] = b' ';
                    at += 1;
                }
            }
            (b'/', Some(b'*')) if !in_string => {
                let end =
                    text[at + 2..].windows(2).position(|two| two == b"*/").map(|offset| at + 2 + offset + 2);
                // An unclosed comment is left as it is: the parser then names its place.
                let Some(end) = end else { return };
                text[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
                at = end - 1;
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn value(text: &str) -> Result<Value, serde_json::Error> {
        read(text.as_bytes())
    }

    #[test]
    fn reads_what_hostfxr_reads() {
        let expected = json!({"a": 1});
        for text in [
            "{\"a\": 1}",
            "\u{feff}{\"a\": 1}",
            "/* c */ {// x \" y\n\"a\" /* \" */: 1}",
            "{\"a\": 1} trailing junk",
            "{\"a\": 1} // end",
        ] {
            assert_eq!(value(text).expect(text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_hostfxr_refuses() {
        for text in ["", "{bad", "{\"a\": 1,}", "[1,]", "{ /* never closed", "/", "\"abc", "\"\\"] {
            assert!(value(text).is_err(), "{text}");
        }
    }

    #[test]
    fn slashes_inside_strings_are_no_comments() {
        assert_eq!(
            value(r#"{"u": "http://x/*y*/", "q": "\"//"}"#).expect("valid"),
            json!({"u": "http://x/*y*/", "q": "\"//"})
        );
    }

    #[test]
    fn messages_keep_their_line() {
        let error = value("{ /* one\ntwo */\n oops").expect_err("invalid");
        assert_eq!(error.line(), 3);
    }
}
