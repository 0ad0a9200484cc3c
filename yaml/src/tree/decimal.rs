//! Decimal numbers as they are written, of any length. To compare them, nothing is converted: the tables that turn a text into
//! a float are as large as all that is in this folder.

/// What a float of 64 bits rounds to infinity: 2^1024 - 2^970, from its first digit to the last that is not 0.
const LIMIT: &str = concat!(
    "1797693134862315807937289714053034150799341327100378269361737789804449682927647509466490179775872070",
    "9633028641669288791094655554785194040263065748867150582068190890200070838367627385484581771153176447",
    "5730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904",
    "174497792",
);
/// How many digits that number has.
const LIMIT_DIGITS: i64 = 309;

/// A decimal number. Two are equal if they are the same number, however they are written.
#[derive(Clone, Copy, Debug)]
pub struct Decimal<'t> {
    negative: bool,
    /// From the first digit to the last that is not 0; the point may be among them.
    digits: &'t str,
    /// The first digit stands so many places before the point: 3 for `100`, 0 for `0.1`.
    places: i64,
}

impl<'t> Decimal<'t> {
    /// Reads `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`: what goyaml takes for a float, and JSON for a number.
    #[must_use]
    pub fn read(text: &'t str) -> Option<Decimal<'t>> {
        let count = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let whole = count(unsigned);
        let rest = unsigned.get(whole..)?;
        let fraction = rest.strip_prefix('.').map(count);
        let end = whole + fraction.map_or(0, |digits| digits + 1);
        let (digits, rest) = unsigned.split_at_checked(end)?;
        let exponent = match rest.strip_prefix(['e', 'E']) {
            Some(exponent) => {
                let number = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                let right = !number.is_empty() && count(number) == number.len();
                // Who writes more digits means a number that is beyond everything, or nothing.
                let most = i64::from(i32::MAX);
                let number = number.parse().map_or(most, |number: i64| number.min(most));
                right.then_some(if exponent.starts_with('-') {
                    -number
                } else {
                    number
                })?
            }
            None => rest.is_empty().then_some(0)?,
        };
        if whole + fraction.unwrap_or(0) == 0 {
            return None;
        }
        let zeros = |c| matches!(c, '0' | '.');
        let cut = digits.trim_start_matches(zeros);
        let passed = digits.len() - cut.len();
        let passed = passed - usize::from(passed > whole);
        let digits = cut.trim_end_matches(zeros);
        Some(Decimal {
            negative: !digits.is_empty() && text.starts_with('-'),
            digits,
            places: match digits {
                "" => 0,
                _ => i64::try_from(whole).ok()? - i64::try_from(passed).ok()? + exponent,
            },
        })
    }

    fn digits(self) -> impl Iterator<Item = u8> + use<'t> {
        self.digits.bytes().filter(|byte| *byte != b'.')
    }

    /// Whether a float of 64 bits holds it, with all its rounding.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.places < LIMIT_DIGITS || self.places == LIMIT_DIGITS && self.digits().lt(LIMIT.bytes())
    }

    /// Whether it is less than 0.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// The next whole number of one that is not negative; the largest there is for those beyond it.
    #[must_use]
    pub fn ceil(self) -> u64 {
        let mut digits = self.digits();
        let mut whole = 0_u64;
        for _ in 0..self.places.min(21) {
            let digit = digits.next().map_or(0, |digit| digit - b'0');
            whole = whole.saturating_mul(10).saturating_add(u64::from(digit));
        }
        whole.saturating_add(u64::from(digits.next().is_some()))
    }

    /// The float that is the number, if it has at most 15 digits and as many places; a float near it otherwise.
    #[must_use]
    pub fn near(self) -> f64 {
        let (mut number, mut places) = (0.0, self.places);
        for digit in self.digits() {
            number = number * 10.0 + f64::from(digit - b'0');
            places -= 1;
        }
        let shift = (0..places.abs().min(400)).fold(1.0, |shift, _| shift * 10.0);
        let number = if places < 0 {
            number / shift
        } else {
            number * shift
        };
        if self.negative { -number } else { number }
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Decimal<'_>) -> bool {
        self.negative == other.negative
            && self.places == other.places
            && self.digits().eq(other.digits())
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    const TEXTS: [&str; 40] = [
        "0",
        "-0",
        "0.0",
        "00",
        ".0",
        "0e9",
        "1",
        "+1",
        "-1",
        "1.",
        "1.0",
        "01.00",
        "10",
        "1e1",
        "1E+1",
        "100e-1",
        "0.1e2",
        "1.3",
        "1.30",
        "-1.3",
        "0.5",
        ".5",
        "5e-1",
        "0.0005",
        "44.5",
        "45",
        "1e3",
        "1000.0",
        "123456789012345",
        "12345678901234.5",
        "1e15",
        "999999999999999e-5",
        "1e-7",
        "0.000001",
        "18446744073709551616",
        "1e19",
        "2e19",
        "1e300",
        "17.00100",
        "-0.000",
    ];

    #[test]
    #[expect(clippy::float_cmp, reason = "equal is what is to be shown")]
    fn numbers_are_those_that_floats_are() {
        for text in TEXTS {
            let number = Decimal::read(text).unwrap();
            let float: f64 = text.parse().unwrap();
            assert_eq!(number.is_negative(), float < 0.0, "{text}");
            assert!(
                (number.near() - float).abs() <= float.abs() * 1e-15,
                "{text}"
            );
            if float.abs() <= 1e15 {
                assert_eq!(number.near(), float, "{text}");
            }
            if (0.0..1e15).contains(&float) {
                assert_eq!(number.ceil().to_string(), float.abs().ceil().to_string());
            }
            for other in TEXTS {
                let same = float == other.parse::<f64>().unwrap();
                assert_eq!(
                    number == Decimal::read(other).unwrap(),
                    same,
                    "{text} {other}"
                );
            }
        }
        for (text, whole) in [
            ("1e300", u64::MAX),
            ("18446744073709551614.1", u64::MAX),
            ("18446744073709551613.1", u64::MAX - 1),
        ] {
            assert_eq!(Decimal::read(text).unwrap().ceil(), whole, "{text}");
        }
        assert_ne!(
            Decimal::read("0.1"),
            Decimal::read("0.10000000000000000001")
        );
    }

    #[test]
    fn what_is_no_number_is_none_for_floats_either() {
        for text in [
            "", ".", "+", "-.", "e1", ".e1", "1e", "1e+", "1e1.", "1.2.3", "1_0", "0x1", "--1",
            " 1", "1 ", "1.5s",
        ] {
            assert_eq!(Decimal::read(text), None, "{text}");
            assert!(text.parse::<f64>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_is_finite_if_its_float_is() {
        let digits = super::LIMIT.to_owned() + "0000000000";
        let limit = digits.get(..309).unwrap();
        let below = format!("{}1e1", limit.get(..307).unwrap());
        let less = format!("{}.99e1", limit.get(..307).unwrap());
        let texts = [
            "1e308",
            "1e309",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "0.0001e312",
            "0.0001e313",
            "1e-999",
            "0e999",
        ];
        let huge = [
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "-1e400",
        ];
        for text in [limit, below.as_str(), less.as_str()]
            .into_iter()
            .chain(texts)
            .chain(huge)
        {
            let finite = text.parse::<f64>().unwrap().is_finite();
            assert_eq!(Decimal::read(text).unwrap().is_finite(), finite, "{text}");
        }
        assert!(!Decimal::read(limit).unwrap().is_finite());
    }
}
