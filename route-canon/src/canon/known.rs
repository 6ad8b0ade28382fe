//! Names that no look at their letters would keep, versions and locales.

use super::{
    Keep, locale,
    shape::{self, Shape},
};

/// Names of up to eight bytes, in lower case: those with digits, and abbreviations without vowels.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    // With digits.
    "2fa", "3d", "3ds", "3ds2", "3g", "4g", "4k", "500px", "5g", "7zip", "8k", "a11y", "a2a", "aarch64",
    "ac3", "aes128", "aes256", "amd64", "arm64", "auth0", "b2b", "b2c", "b2g", "base32", "base58", "base64",
    "bip39", "bm25", "bzip2", "c2c", "cc0", "ch4", "co2", "covid-19", "crc32", "css2", "css3", "d2c", "d3",
    "db2", "e164", "e2e", "ec2", "ed25519", "eip1559", "erc20", "erc721", "es2015", "es256", "es5", "es6",
    "ext4", "fido2", "ga4", "geoip2", "h2", "h264", "h265", "h2c",
    "h3", "hmac256", "hs256", "hs512", "html4", "html5", "http1", "http2", "http3", "i18n", "i2c", "i386",
    "ifc4", "ipv4", "ipv6", "iso27001", "iso639", "iso8601", "jp2", "jpeg2000", "json5", "k3s", "k6", "k8s",
    "l10n", "l2tp", "latin1", "log4j", "log4net", "lz4", "m2m", "m365", "m3u", "m3u8", "magento2", "md2",
    "md4", "md5", "mp3", "mp4", "mpeg2", "mpeg4", "murmur3", "n8n", "neo4j", "net6", "net8", "o11y", "o365",
    "oauth1", "oauth2", "p12", "p256", "p2p", "p3p", "pbkdf2", "php5", "php7", "php8", "pkcs1", "pkcs11",
    "pkcs12", "pkcs7", "pkcs8", "ps5", "psd2", "py3", "python2", "python3", "q1", "q2", "q3", "q4", "r2",
    "r2dbc", "rc4", "rfc3339", "rfc7807", "rot13", "rs256", "rs512", "s3", "s3fs", "saml1", "saml2", "sc2",
    "sha-1", "sha-2", "sha-256", "sha-3", "sha-384", "sha-512", "sha1", "sha2", "sha224", "sha256", "sha3",
    "sha384", "sha512", "soap11", "soap12", "sqlite3", "t4", "tls1", "u2f", "utf-16", "utf-8", "utf16",
    "utf32", "utf8", "v8", "vp8", "vp9", "vue2", "vue3", "w3", "w3c", "web1", "web2", "web3", "win32",
    "win64", "woff2", "x25", "x264", "x265", "x3d", "x402", "x509", "x64", "x86", "x86-64", "x86_64",
    "kirjaudu", "webdav", "pnpm", "vcpkg", "icd10", "o2o", "elbv2", "route53", "armv7", "tls13", "tls12", "es2016",
    "es2017", "es2018", "es2019", "es2020", "es2021", "es2022", "es2023", "es2024", "es2025", "3gpp",
    "heapq", "utf_16", "utf_8", "utf_32", "armv6", "armv8",
    // Abbreviations, and words whose pairs are rare.
    "acl", "amqp", "api", "apis", "apk", "arn", "ascii", "asn", "aws", "bbox", "bcc", "bff", "bgp", "bmp",
    "bsd", "bss", "btc", "btn", "btns", "bzr", "cctv", "cdc", "cdn", "cdp", "cfg", "cfml", "cgi", "cgroup",
    "chmod", "chown", "cid", "cjs", "cli", "cmd", "cms", "cname", "cnc", "cpc", "cpf", "cpm", "cpp", "cps",
    "cpu", "cql", "crc", "crd", "crl", "crm", "cron", "crt", "crud", "crypt", "csp", "csr", "csrf", "css",
    "csv", "ctl", "ctr", "ctx", "cvc", "cve", "cvs", "cvss", "cvv", "cxf", "dbs", "dcr", "ddl", "ddns",
    "ddos", "dhcp", "dkim", "dlc", "dlp", "dlq", "dls", "dmca", "dmg", "dml", "dmz", "dnssec", "dpi", "drm",
    "dsl", "dsn", "dsp", "dtd", "dto", "dvd", "dvr", "ecs", "efs", "eks", "elb", "emr", "erp", "errmsg",
    "errno", "etcd", "eth", "exe", "ext", "fcgi", "fcm", "fcntl", "ffmpeg", "fps", "fqdn", "frm", "fsm",
    "ftp", "ftps", "fts", "fwd", "gcm", "gcp", "gdb", "gdpr", "gif", "gke", "glb", "gltf", "gmbh", "gmt",
    "gnu", "gpg", "gpl", "gps", "gpt", "gpu", "gpx", "grp", "grpc", "gsm", "gtin", "gtm", "gui", "gwt",
    "gzip", "hdfs", "hdmi", "hdr", "healthz", "hls", "hmac", "hql", "href", "hrm", "hsm", "hsts", "htm",
    "html", "htmx", "http", "httpd", "https", "hwid", "iam", "ibm", "icmp", "ico", "idp", "ids", "iframe",
    "ifttt", "iis", "imap", "imdb", "img", "imgs", "ini", "irc", "isbn", "iso", "isp", "issn", "jdbc", "jdk",
    "jks", "jpa", "jpeg", "jpg", "jpgs", "jpql", "jquery", "jre", "jsf", "json", "jsonp", "jsp", "jsx", "jvm",
    "jwk", "jwks", "jws", "jwt", "kafka", "kms", "koszyk", "kpi", "kpis", "kubectl", "kvm", "kyc", "lang",
    "lcd", "ldap", "ldaps", "lfs", "lgpl", "lhs", "livez", "llc", "llm", "llms", "lms", "lnk", "loc", "lsp",
    "lst", "ltd", "ltm", "ltr", "lts", "lxc", "lxd", "mbox", "mcp", "mdm", "mdx", "mfa", "mgmt", "mgr", "mib",
    "mjs", "mkdir", "mlops", "mls", "mms", "mov", "mpd", "mpeg", "mpg", "mqtt", "mrp", "mrr", "msg",
    "msgpack", "msgs", "msi", "msn", "mssql", "mtls", "mtu", "mvc", "mvn", "mvp", "mysql", "nat", "nav",
    "nbsp", "ndjson", "nfc", "nfs", "nft", "nfts", "nginx", "ngo", "nieuws", "nlp", "nouveau", "npm", "nps",
    "npx", "nsfw", "ntfs", "ntlm", "ntp", "num", "nvd", "nvm", "obj", "ocr", "ocsp", "odbc", "oidc", "okr",
    "okrs", "olap", "oltp", "opml", "org", "orm", "otp", "pci", "pcm", "pdf", "pdfs", "pgp", "pgsql", "php",
    "phpbb", "phtml", "pkce", "pkcs", "pkg", "pkgs", "pki", "plc", "plm", "plsql", "pms", "png", "pngs",
    "pnl", "pos", "ppc", "ppt", "pptx", "prefs", "prod", "protobuf", "prs", "psd", "psql", "ptr", "pub",
    "pwa", "pwd", "qps", "qrcode", "qty", "raml", "rbac", "rdb", "rdf", "rdp", "rds", "readyz", "regex",
    "req", "rfc", "rfid", "rfp", "rfq", "rgb", "rgba", "rhs", "rhythm", "rma", "rmdir", "roi", "rpc", "rpm",
    "rsa", "rss", "rsvp", "rsync", "rtc", "rtf", "rtl", "rtmp", "rtp", "rtsp", "sbom", "scm", "scp", "scss",
    "sct", "sdk", "sdks", "sdn", "sdp", "seo", "sftp", "sha", "shm", "sip", "sku", "skus", "sla", "slas",
    "slo", "slos", "smb", "smpp", "sms", "smtp", "snmp", "sns", "soa", "sockjs", "sql", "sqs", "src", "srv",
    "ssd", "sse", "ssg", "ssh", "sshd", "ssl", "ssn", "sso", "ssr", "statusz", "std", "stdin", "stdout",
    "str", "struct", "stt", "stun", "svc", "svcs", "svg", "svgs", "svn", "swf", "sys", "tbl", "tcp", "tcpip",
    "tgz", "tld", "tlds", "tls", "tmp", "tmux", "toml", "tpl", "tpm", "tsv", "tsx", "ttf", "ttl", "tts",
    "txn", "txns", "txt", "udp", "uid", "ulid", "umd", "upi", "uri", "uris", "url", "urls", "usb", "utc",
    "utf", "utm", "uuid", "uuids", "vat", "vcf", "vcpu", "vcs", "vhost", "vhosts", "vin", "vlan", "vlc",
    "vms", "vmss", "vmware", "vnc", "vnet", "vod", "voip", "vpc", "vpcs", "vpn", "vpns", "vps", "vtt", "vue",
    "wap", "wbs", "wbxml", "wcag", "wcf", "wcs", "webhdfs", "webp", "wfs", "wifi", "wip", "wms", "wmts",
    "woff", "wpa", "wsdl", "wsgi", "wss", "www", "wysiwyg", "xaml", "xbrl", "xhr", "xhtml", "xls", "xlsx",
    "xml", "xmlhttp", "xmlns", "xmlrpc", "xmpp", "xpath", "xsd", "xsl", "xslt", "xsrf", "xss", "yaml", "yml",
    "ytd", "zdjecia", "zlib", "zsh", "zstd",
];

/// The few that are longer.
const LONG_NAMES: &[&str] = &["phpmyadmin"];

static KEYS: [u64; NAMES.len()] = keys();

/// Keeps a text that has a digit, if it is a name, a version or a locale as a whole.
pub(super) fn keep(text: &[u8], shape: Shape) -> Option<Keep> {
    if !shape.has(shape::DIGIT) {
        return None;
    }
    if text[0] | 0x20 == b'v' && is_version(text) {
        Some(Keep::Version)
    } else if is_name(text) || is_short(text) {
        Some(Keep::Known)
    } else if locale::is_locale(text) {
        Some(Keep::Locale)
    } else {
        None
    }
}

/// A letter or two and a digit: `r4`.
fn is_short(text: &[u8]) -> bool {
    match text {
        [letters @ .., b'0'..=b'9'] => {
            matches!(letters.len(), 1 | 2) && letters.iter().all(u8::is_ascii_alphabetic)
        }
        _ => false,
    }
}

/// Whether a text is one of the names, in any case.
#[inline]
pub(super) fn is_name(text: &[u8]) -> bool {
    // Most texts end here.
    let Some(&first) = text.first() else {
        return false;
    };
    let lengths = LENGTHS[usize::from(first)];
    text.len() <= LONGEST && lengths >> text.len() & 1 == 1 && is_listed(text)
}

fn is_listed(text: &[u8]) -> bool {
    match key(text) {
        Some(key) => KEYS.binary_search(&key).is_ok(),
        None => LONG_NAMES
            .iter()
            .any(|name| text.eq_ignore_ascii_case(name.as_bytes())),
    }
}

/// The most bytes that a name has.
const LONGEST: usize = 15;

/// How long the names are that begin with a byte, a bit for each length.
static LENGTHS: [u16; 256] = lengths();

const fn lengths() -> [u16; 256] {
    let mut lengths = [0; 256];
    let mut at = 0;
    while at < NAMES.len() + LONG_NAMES.len() {
        let name = if at < NAMES.len() {
            NAMES[at].as_bytes()
        } else {
            LONG_NAMES[at - NAMES.len()].as_bytes()
        };
        assert!(
            name.len() <= LONGEST,
            "a name has more bytes than are looked for"
        );
        let length = 1 << name.len();
        lengths[name[0] as usize] |= length;
        lengths[name[0].to_ascii_uppercase() as usize] |= length;
        at += 1;
    }
    lengths
}

/// `v` and up to three numbers, and a stage: `v1`, `v1.2.3`, `v2beta1`, `v1p1beta1`.
pub(super) fn is_version(text: &[u8]) -> bool {
    let Some((b'v' | b'V', text)) = text.split_first() else {
        return false;
    };
    let (number, mut rest) = split_number(text);
    let Some(mut version) = Version::of(number) else {
        return false;
    };
    while let Some(after) = rest.strip_prefix(b".") {
        let (number, after) = split_number(after);
        let Some(more) = version.with(number) else {
            return false;
        };
        (version, rest) = (more, after);
    }
    rest = rest
        .strip_prefix(b"p")
        .and_then(after_short)
        .unwrap_or(rest);
    for stage in [&b"alpha"[..], b"beta", b"rc"] {
        if let Some(after) = rest.strip_prefix(stage) {
            return after.is_empty() || after_short(after).is_some_and(<[u8]>::is_empty);
        }
    }
    rest.is_empty()
}

/// What more a version can have: by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// How many numbers, times 16, and how many digits in all: a byte is quick to pass on.
    room: u8,
}

// === impl Version ===

impl Version {
    /// A first number: with up to two digits others can follow it; three digits, or a year, stand alone.
    pub(super) fn of(number: &[u8]) -> Option<Self> {
        let room = match *number {
            [_] => 0x23,
            [_, _] => 0x22,
            [_, _, _] | [b'2', b'0', _, _] => 0,
            _ => return None,
        };
        Some(Self { room })
    }

    /// One more number of up to two digits: all three have at most four.
    pub(super) fn with(self, number: &[u8]) -> Option<Self> {
        let Self { room } = self;
        let length @ 1..=2 = number.len() as u8 else {
            return None;
        };
        let fits = number.len() <= 2 && room >> 4 > 0 && room & 15 >= length;
        fits.then(|| Self {
            room: room - 0x10 - length,
        })
    }
}

fn split_number(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(digits)
}

/// What follows a number of up to two digits.
fn after_short(text: &[u8]) -> Option<&[u8]> {
    let (number, rest) = split_number(text);
    (1..=2).contains(&number.len()).then_some(rest)
}

/// Up to eight bytes as a number, in lower case. A zero byte in front would be lost, so there is none.
pub(super) const fn key(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 8 {
        return None;
    }
    let mut key = 0;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte == 0 {
            return None;
        }
        key = key << 8 | byte.to_ascii_lowercase() as u64;
        at += 1;
    }
    Some(key)
}

const fn keys() -> [u64; NAMES.len()] {
    let mut keys = [0; NAMES.len()];
    let mut count = 0;
    while count < NAMES.len() {
        let Some(new) = key(NAMES[count].as_bytes()) else {
            panic!("a name has more than eight bytes")
        };
        let mut at = count;
        while at > 0 && keys[at - 1] > new {
            keys[at] = keys[at - 1];
            at -= 1;
        }
        keys[at] = new;
        count += 1;
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::{LONG_NAMES, NAMES, is_name};

    #[test]
    fn every_name_is_found_in_any_case_and_no_part_of_it_by_chance() {
        for name in NAMES.iter().chain(LONG_NAMES) {
            assert!(is_name(name.as_bytes()), "{name}");
            assert!(is_name(name.to_ascii_uppercase().as_bytes()), "{name}");
        }
        for other in [
            "",
            "q",
            "zzzzzzzz",
            "phpmyadmix",
            "a name of more than fifteen bytes",
        ] {
            assert!(!is_name(other.as_bytes()), "{other}");
        }
    }
}
