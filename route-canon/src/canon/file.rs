//! Names of files.

use super::{
    Class, Keep,
    judge::{LONGEST_KEPT, Verdict},
    known, locale, pairs,
    shape::{self, Shape},
    words::Parts,
};

/// What files are known by, of up to eight bytes.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    "7z", "aac", "action", "apk", "asax", "ashx", "asmx", "asp", "aspx", "atom", "avi", "avif", "axd", "bak", "bin", "bmp", "br",
    "bz2", "cer", "cfg", "cfm", "cgi", "cjs", "conf", "config", "crt", "css", "csv", "dat", "deb", "dll", "dmg", "do",
    "doc", "docx", "env", "eot", "epub", "exe", "flac", "flv", "gif", "gltf", "glb", "gz", "heic", "htm", "html",
    "ics", "ico", "ini", "iso", "jar", "jpeg", "jpg", "js", "json", "jsonld", "jsp", "jspx", "jsx", "key", "less", "lock", "log",
    "m3u8", "m4a", "m4s", "m4v", "map", "md", "mdx", "mht", "mjs", "mkv", "mov", "mp3", "mp4", "mpd", "mpeg", "mpg",
    "msi", "ndjson", "odp", "ods", "odt", "oga", "ogg", "ogv", "old", "opus", "orig", "otf", "p12", "parquet", "pbf", "pdf", "pem",
    "pfx", "php", "php5", "php7", "phtml", "pl", "plist", "png", "pps", "ppt", "pptx", "proto", "ps1", "psd", "py", "rar", "rb", "rdf",
    "rpm", "rs", "rss", "rst", "rtf", "sass", "save", "scss", "sh", "shtml", "sql", "sqlite", "srt", "svg", "svgz", "swf",
    "swp", "tar", "tgz", "tif", "tiff", "tmp", "toml", "tpl", "ts", "tsv", "tsx", "ttf", "txt", "vcf", "vtt", "vue",
    "war", "wasm", "wav", "weba", "webm", "webp", "whl", "wmv", "woff", "woff2", "wsdl", "xhtml", "xls", "xlsx", "xml",
    "xsd", "xsl", "xslt", "xz", "yaml", "yml", "zip", "zst",
];

/// The one that is longer.
const MANIFEST: &str = "webmanifest";

static KEYS: [(u64, &str); EXTENSIONS.len()] = keys();

/// What the name of a file has before its extension.
const SHOWN: u32 = shape::UNRESERVED & !shape::TILDE;

/// Judges a name with a known extension; `None` if it has none.
pub(super) fn verdict(text: &str) -> Option<Verdict> {
    let (stem, extension) = text.rsplit_once('.')?;
    let extension = self::extension(extension.as_bytes())?;
    if stem.is_empty() {
        return None;
    }
    // The scale of an image, as in `logo@2x.png`.
    let stem = stem
        .strip_suffix("@2x")
        .or_else(|| stem.strip_suffix("@3x"))
        .unwrap_or(stem);
    Some(if !holds_words(stem) {
        Verdict::File(extension)
    } else if text.len() > LONGEST_KEPT {
        Verdict::Class(Class::Text)
    } else {
        Verdict::Kept(Keep::File)
    })
}

/// A known extension in any case, as it is written.
pub(super) fn extension(text: &[u8]) -> Option<&'static str> {
    match known::key(text) {
        Some(key) => {
            let at = KEYS.binary_search_by_key(&key, |&(key, _)| key).ok()?;
            Some(KEYS[at].1)
        }
        None => text
            .eq_ignore_ascii_case(MANIFEST.as_bytes())
            .then_some(MANIFEST),
    }
}

/// Whether the rest of the name has words and versions only, fewer than a title.
fn holds_words(stem: &str) -> bool {
    if is_status(stem.as_bytes()) {
        return true;
    }
    let parts = Parts::of(stem.as_bytes());
    if !parts.are_words_and_versions() {
        return locale::is_locale(stem.as_bytes());
    }
    (1..Parts::OF_SLUG).contains(&parts.words)
        && !ends_in_digest(stem.as_bytes())
        && !stem
            .as_bytes()
            .split(|byte| !byte.is_ascii_alphabetic())
            .any(is_odd)
        && Shape::of(stem.as_bytes()).is_only(SHOWN)
        // It would read as a placeholder.
        && !stem.starts_with([':', '*', '{'])
}

/// Whether letters are many, and not likelier in a word than in random text: few words are like that.
fn is_odd(letters: &[u8]) -> bool {
    const MANY: usize = 8;

    letters.len() >= MANY && pairs::score_of(letters) < 0
}

/// Whether eight letters in both cases follow a separator, as a bundler writes them: by chance they are like words.
fn ends_in_digest(stem: &[u8]) -> bool {
    let Some((before, letters)) = stem.split_last_chunk::<8>() else {
        return false;
    };
    let is_last = before
        .last()
        .is_some_and(|byte| matches!(byte, b'-' | b'.' | b'_'));
    is_last
        && letters.iter().all(u8::is_ascii_alphabetic)
        && letters.iter().any(u8::is_ascii_lowercase)
        && letters[1..].iter().any(u8::is_ascii_uppercase)
        && !is_sure_camel(letters)
}

/// Whether letters are two words or more in camel case, each of three letters at least and beyond doubt.
fn is_sure_camel(letters: &[u8]) -> bool {
    letters
        .chunk_by(|_, next| !next.is_ascii_uppercase())
        .all(|hump| hump.len() > 2 && pairs::score_of(hump) >= 0)
}

/// The page of an error: `404`, `50x`.
fn is_status(stem: &[u8]) -> bool {
    matches!(stem, [b'4' | b'5', b'0'..=b'9' | b'x', b'0'..=b'9' | b'x'])
}

const fn keys() -> [(u64, &'static str); EXTENSIONS.len()] {
    let mut keys = [(0, ""); EXTENSIONS.len()];
    let mut count = 0;
    while count < EXTENSIONS.len() {
        let name = EXTENSIONS[count];
        let Some(new) = known::key(name.as_bytes()) else {
            panic!("an extension has more than eight bytes")
        };
        let mut at = count;
        while at > 0 && keys[at - 1].0 > new {
            keys[at] = keys[at - 1];
            at -= 1;
        }
        keys[at] = (new, name);
        count += 1;
    }
    keys
}
