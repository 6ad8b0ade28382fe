//! Codes of languages, scripts and countries.

/// The languages of ISO 639-1.
const LANGUAGES: &[u8] = b"aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii \
    ik in io is it iu iw ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml \
    mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh \
    si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi \
    yo za zh zu ";

/// Languages of three letters that sites have.
const LONG_LANGUAGES: &[u8] =
    b"ast ber ceb chr ckb fil gsw haw hsb kab kok mai mni nan nso sah szl yue ";

/// Scripts that a locale names.
const SCRIPTS: &[u8] =
    b"Adlm Arab Armn Beng Cans Cyrl Deva Grek Guru Hans Hant Hebr Jpan Kore Latn Mong Olck Tfng ";

/// The countries of ISO 3166-1, and what their owners use besides.
const COUNTRIES: &[u8] = b"AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET \
    EU FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO \
    IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR \
    PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK \
    TL TM TN TO TR TT TV TW TZ UA UG UK UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ";

/// Whether a text is a language with a script, a country or a region of the United Nations: `en-US`, `zh-Hans-CN`,
/// `es-419`, `pt_BR`.
#[inline]
pub(super) fn is_locale(text: &[u8]) -> bool {
    // Most ids come along here, and end here.
    matches!(
        text,
        [b'a'..=b'z', b'a'..=b'z', b'-' | b'_', ..]
            | [b'a'..=b'z', b'a'..=b'z', b'a'..=b'z', b'-' | b'_', ..]
    ) && text.len() <= "fil-Latn-419".len()
        && has_codes(text)
}

#[cold]
fn has_codes(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| matches!(byte, b'-' | b'_'));
    let is_language = parts
        .next()
        .is_some_and(|language| has(LANGUAGES, language) || has(LONG_LANGUAGES, language));
    if !is_language {
        return false;
    }
    let Some(mut part) = parts.next() else {
        return false;
    };
    if part.len() == 4 {
        let is_script = match *part {
            [first, a, b, c] => has(SCRIPTS, &[first.to_ascii_uppercase(), a, b, c]),
            _ => false,
        };
        match parts.next() {
            None => return is_script,
            Some(_) if !is_script => return false,
            Some(region) => part = region,
        }
    }
    (is_country(part) || matches!(part, b"001" | b"150" | b"419")) && parts.next().is_none()
}

/// Whether a text is a country, in capitals or in small letters.
pub(super) fn is_country(text: &[u8]) -> bool {
    match *text {
        [a, b] if a.is_ascii_lowercase() == b.is_ascii_lowercase() => {
            has(COUNTRIES, &[a.to_ascii_uppercase(), b.to_ascii_uppercase()])
        }
        _ => false,
    }
}

/// Whether a list has a code: all of its codes are of the length of the first one, with a space after each.
fn has(list: &[u8], code: &[u8]) -> bool {
    let length = list.iter().position(|&byte| byte == b' ');
    length == Some(code.len())
        && list
            .chunks_exact(code.len() + 1)
            .any(|chunk| &chunk[..code.len()] == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_as_long_as_the_first() {
        for list in [LANGUAGES, LONG_LANGUAGES, SCRIPTS, COUNTRIES] {
            let text = std::str::from_utf8(list).unwrap();
            let length = text.find(' ').unwrap();
            assert!(text.split_terminator(' ').all(|code| code.len() == length));
        }
    }

    #[test]
    fn locales_have_known_codes() {
        for locale in [
            "en-US",
            "en-us",
            "pt_BR",
            "zh-Hans-CN",
            "zh-hant",
            "es-419",
            "fil-PH",
        ] {
            assert!(is_locale(locale.as_bytes()), "{locale}");
        }
        for other in [
            "en",
            "xx-US",
            "en-XX",
            "en-Us",
            "zh-Abcd",
            "zh-Abcd-CN",
            "en-US-x",
            "en-",
            "-US",
            "",
        ] {
            assert!(!is_locale(other.as_bytes()), "{other}");
        }
    }
}
