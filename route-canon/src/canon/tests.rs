use super::{Canonicalizer, Decision, Keep, Placeholders, Spelling};

/// What each segment becomes, alone in its path.
#[track_caller]
fn assert_segments(segments: &[(&str, &str)]) {
    let canon = Canonicalizer::builder().marked(false).build();
    for &(segment, expected) in segments {
        let path = format!("/{segment}");
        assert_eq!(
            canon.canonicalize(&path),
            format!("/{expected}"),
            "{segment}"
        );
    }
}

/// Which segments stay as they are.
#[track_caller]
fn assert_kept(segments: &[&str]) {
    let same: Vec<_> = segments.iter().map(|&segment| (segment, segment)).collect();
    assert_segments(&same);
}

#[test]
fn numbers() {
    assert_segments(&[
        ("0", "{int}"),
        ("-1", "{int}"),
        ("+1", "{int}"),
        ("2024", "{int}"),
        ("1700000000", "{int}"),
        ("1234567890123456789", "{int}"),
        ("12345678901234567890", "{id}"),
        ("1.5", "{decimal}"),
        ("52.52,-13.40", "{list}"),
        ("1,2", "{list}"),
        ("1.5,2,3", "{list}"),
        ("1,,2", "{text}"),
        ("1.", "{id}"),
        ("1-2", "{id}"),
        ("1.2.3", "{id}"),
    ]);
}

#[test]
fn ids_of_a_fixed_form() {
    assert_segments(&[
        ("0190163d-8694-739b-aea5-966c26f8ad91", "{uuid}"),
        ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "{uuid}"),
        ("{0190163d-8694-739b-aea5-966c26f8ad91}", "{uuid}"),
        ("%7B0190163d-8694-739b-aea5-966c26f8ad91%7D", "{uuid}"),
        ("URN:uuid:0190163d-8694-739b-aea5-966c26f8ad91", "{uuid}"),
        ("0190163d8694739baea5966c26f8ad91", "{uuid}"),
        ("0190163d8694039baea5966c26f8ad91", "{hash}"),
        ("0190163d-8694-739b-aea5-966c26f8ad9", "{id}"),
        ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "{ulid}"),
        ("01arz3ndektsv4rrffq69g5fav", "{ulid}"),
        ("81ARZ3NDEKTSV4RRFFQ69G5FAV", "{token}"),
        ("0ujtsYcgvSTl8PAuAdqWYSMnLOv", "{ksuid}"),
        ("507f1f77bcf86cd799439011", "{objectid}"),
        ("V1StGXR8_Z5jdHi6B-myT", "{nanoid}"),
        ("d41d8cd98f00b204e9800998ecf8427e", "{hash}"),
        ("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "{hash}"),
        ("SHA1-da39a3ee5e6b4b0d3255bfef95601890afd80709", "{hash}"),
        ("3f2a1b9", "{hex}"),
        ("3f2a1b", "{id}"),
        ("3F2a1b9C", "{id}"),
        ("0xff", "{hex}"),
        ("DE41500203070718293041", "{id}"),
    ]);
}

#[test]
fn dates_and_times() {
    assert_segments(&[
        ("2024-02-29", "{date}"),
        ("2023-02-29", "{id}"),
        ("2024.01.31", "{date}"),
        ("2024_01_31", "{date}"),
        ("2024-01_31", "{id}"),
        ("20240131", "{date}"),
        ("20240132", "{int}"),
        ("2024-01", "{date}"),
        ("2024-13", "{id}"),
        ("2024-W05", "{date}"),
        ("31-01-2024", "{date}"),
        ("2024-01-31T12:00:00Z", "{time}"),
        ("2024-01-31T12:00:00.123456%2B01:00", "{time}"),
        ("2024-01-31%2012:00", "{time}"),
        ("20240131T235959Z", "{time}"),
        ("20240131T2359", "{time}"),
        ("20240131T23", "{id}"),
        ("12:30", "{time}"),
        ("12:30:45", "{time}"),
        ("25:30", "{text}"),
    ]);
}

#[test]
fn addresses_and_tokens() {
    assert_segments(&[
        ("a@b.org", "{email}"),
        ("a%40b.org", "{email}"),
        ("a.b+c@d.example.org", "{email}"),
        ("react@18.2.0", "{text}"),
        ("@user:server.org", "{id}"),
        ("!room:server.org", "{id}"),
        ("192.0.2.1", "{ip}"),
        ("192.0.2.1:80", "{ip}"),
        ("192.0.2.0%2F24", "{ip}"),
        ("192.0.2.256", "{id}"),
        ("2001:db8::1", "{ip}"),
        ("[::1]:80", "{ip}"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "{jwt}"),
        ("a3kT9_pQ2xYvB7-mNc4Lw8", "{token}"),
        ("dQw4w9WgXcQ", "{id}"),
    ]);
}

#[test]
fn files() {
    assert_kept(&[
        "index.html",
        "jquery-3.6.min.js",
        "logo@2x.png",
        "404.html",
        ".well-known",
        "page2.html",
    ]);
    assert_segments(&[
        ("app.3f2a1b.js", "{file}.js"),
        ("main-DiwrgTda.JS", "{file}.js"),
        ("report-2024.pdf", "{file}.pdf"),
        ("photo(1).jpg", "{file}.jpg"),
        ("{int}.json", "{text}"),
        ("how-to-cook-rice-well.html", "{file}.html"),
        ("1.2.3.js", "{file}.js"),
        ("jquery-3.6.0.min.js", "{file}.js"),
        ("lib-v1.2.3.js", "{file}.js"),
    ]);
}

#[test]
fn words() {
    assert_kept(&[
        "users",
        "createdAt",
        "web-vitals",
        "first_name",
        "documents:batchGet",
        "@me",
        "$metadata",
        "README",
        "USD",
        "xml",
        "GitHub",
        "getURLById",
        "XMLHttpRequest",
        "github.com",
        "chat.postMessage",
        "how-to-cook-rice",
        "page2",
        "oauth2Callback",
        "v1p1beta1",
        "zh-Hans-CN",
        "es-419",
        "-",
    ]);
    assert_segments(&[
        ("how-to-cook-rice-well", "{slug}"),
        ("order-77", "{id}"),
        ("page22", "{id}"),
        ("cus_NffrFeUfNV2Hib", "{id}"),
        ("price_1MoBy5LkdIwHkegzvkBQaaaa", "{id}"),
        ("T024BE7LD", "{id}"),
        ("xkcqvjzw", "{id}"),
        ("@alice", "{id}"),
        ("it's", "{text}"),
        ("\0oauth2", "{text}"),
        ("a.\0js", "{text}"),
        ("a=b", "{text}"),
        ("year=2024", "{text}"),
        ("%40alice", "{id}"),
        ("@babel%2Fcore", "{text}"),
        ("caf%C3%A9", "{text}"),
        ("%75sers", "users"),
        ("---", "{id}"),
    ]);
}

#[test]
fn what_is_long_is_cut_where_it_fits() {
    let canon = Canonicalizer::builder().depth(32).build();
    // 14 segments of 18 bytes with their slash: 252, and the mark.
    let path = "/conversation-about".repeat(13);
    let label = canon.canonicalize(&path);
    assert_eq!(label.len(), 1 + 13 * 19);
    let longer = format!("{path}/a/b/c/d");
    assert_eq!(canon.canonicalize(&longer), format!("~{path}/a/b/c/d"));
    let too_long = format!("{longer}/e");
    assert_eq!(
        canon.canonicalize(&too_long),
        format!("~{}/{{*rest}}", "/conversation-about".repeat(13))
    );
    assert_eq!(
        canon.canonicalize(&format!("{too_long}/..")),
        format!("~{longer}")
    );
}

#[test]
fn the_settings_change_the_spelling() {
    let path = "/users/42/a.b.3f2a.js/b/c";
    let label = |placeholders, spelling| {
        let builder = Canonicalizer::builder()
            .placeholders(placeholders)
            .spelling(spelling);
        builder.depth(4).build().canonicalize(path).into_owned()
    };
    assert_eq!(
        label(Placeholders::Class, Spelling::Braces),
        "~/users/{int}/{file}.js/{*rest}"
    );
    assert_eq!(
        label(Placeholders::Id, Spelling::Braces),
        "~/users/{id}/{id}/{*rest}"
    );
    assert_eq!(
        label(Placeholders::Class, Spelling::Colon),
        "~/users/:int/:file.js/*rest"
    );
    assert_eq!(
        label(Placeholders::Id, Spelling::Colon),
        "~/users/:id/:id/*rest"
    );
}

#[test]
fn an_explanation_has_the_reason_of_each_segment() {
    let canon = Canonicalizer::builder().depth(3).build();
    let explanation = canon.explain("/v1/x/../%75sers;a=1/7/8");
    let segments: Vec<_> = explanation
        .segments()
        .iter()
        .map(|segment| (segment.input, segment.output.as_str(), segment.decision))
        .collect();
    assert_eq!(
        segments,
        [
            ("v1", "v1", Decision::Kept(Keep::Version)),
            ("%75sers", "users", Decision::Kept(Keep::Word)),
            ("7", "{*rest}", Decision::Rest),
        ]
    );
    assert_eq!(explanation.label(), "~/v1/users/{*rest}");
    assert_eq!(
        canon.explain("*").segments()[0].decision,
        Decision::Unmatched
    );
}
