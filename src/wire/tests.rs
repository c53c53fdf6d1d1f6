//! Requests against the bytes that were seen on the bus, and against themselves.
//!
//! `golden/*.txt`: direction, request, value, index, length and, for requests that carry
//! data, the bytes that matter; behind the bar what they mean. Bytes after those shown
//! were rubbish in the recordings, and so was the one data byte of FPGA writes.

use proptest::prelude::*;

use super::*;
use crate::transport::Setup;

const GOLDEN: [(&str, &str); 10] = [
    ("gps", include_str!("golden/gps.txt")),
    ("guide", include_str!("golden/guide.txt")),
    ("init-single-colour", include_str!("golden/init-single-colour.txt")),
    ("init-single-mono", include_str!("golden/init-single-mono.txt")),
    ("live", include_str!("golden/live.txt")),
    ("long-exposure", include_str!("golden/long-exposure.txt")),
    ("other-calls", include_str!("golden/other-calls.txt")),
    ("settings", include_str!("golden/settings.txt")),
    ("wheel-cooler", include_str!("golden/wheel-cooler.txt")),
    ("white-balance", include_str!("golden/white-balance.txt")),
];

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

#[test]
fn golden_requests_mean_what_they_say_and_encode_to_their_bytes() {
    let mut compared = 0;
    for (file, text) in GOLDEN {
        assert!(text.starts_with("# observed: "), "{file}: says where it comes from");
        for line in text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
            let (request, meaning) = line.split_once(" | ").expect(line);
            let words: Vec<&str> = request.split_whitespace().collect();
            let [direction, code, value, index, length] = words[..5] else { panic!("{line}") };
            let code = u8::from_str_radix(code, 16).unwrap();
            let [value, index] = [value, index].map(|w| u16::from_str_radix(w, 16).unwrap());
            let length: usize = length.parse().unwrap();

            if direction == "in" {
                let setup = Setup::vendor_in(code, value, index);
                let decoded = In::decode(setup).unwrap();
                assert_eq!(format!("{decoded:?}"), meaning, "{file}: {line}");
                let (again, asked) = decoded.encode();
                assert_eq!(again, setup, "{file}: {line}");
                // How much the wheel says depends on what it was told.
                assert!(asked == length || decoded == In::Wheel, "{file}: {line}");
            } else {
                let setup = Setup::vendor_out(code, value, index);
                let shown = words.get(5).map(|w| hex(w)).unwrap_or_default();
                let mut data = shown.clone();
                data.resize(length, 0xA5);
                // Text has no rubbish behind it.
                let decoded = Out::decode(setup, &data).unwrap();
                assert_eq!(format!("{decoded:?}"), meaning, "{file}: {line}");
                let (again, bytes) = decoded.encode();
                assert_eq!(again, setup, "{file}: {line}");
                assert_eq!(bytes.len(), length, "{file}: {line}");
                assert_eq!(bytes[..shown.len()], shown[..], "{file}: {line}");
            }
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        any::<(bool, u8)>().prop_map(|(single, readout)| Command::Init { single, readout }),
        any::<[u16; 4]>().prop_map(|[columns, first_column, rows, first_row]| {
            Command::Region(Region { columns, first_column, rows, first_row })
        }),
        any::<[u16; 4]>().prop_map(|[columns, first_column, rows, first_row]| {
            Command::BinnedRegion(Region { columns, first_column, rows, first_row })
        }),
        any::<u32>().prop_map(|exposure_us| Command::Exposure { exposure_us }),
        any::<(u16, [u16; 2], [u16; 3], u16, u8)>().prop_map(
            |(analogue, more_analogue, digital, switch_14, switch_16)| {
                Command::Gain(GainCode { analogue, more_analogue, digital, switch_14, switch_16 })
            }
        ),
        any::<(u16, [u16; 2], [u16; 3])>().prop_map(|(analogue, more_analogue, digital)| {
            Command::ShortGain(GainCode { analogue, more_analogue, digital, ..GainCode::default() })
        }),
        any::<u8>().prop_map(Command::Traffic),
        Just(Command::Start),
        any::<bool>().prop_map(|sixteen| Command::Bits { sixteen }),
        any::<u16>().prop_map(Command::Offset),
        Just(Command::DdrOn),
        (0..0xFFu8).prop_map(Command::Ddr),
        (any::<bool>(), 1..0x80u8, any::<u8>())
            .prop_map(|(single, bits, readout)| { Command::InitWith { single, bits: bits << 1, readout } }),
        any::<u8>().prop_map(Command::Speed),
        any::<bool>().prop_map(|on| Command::TriggerOut { on }),
        any::<bool>().prop_map(|on| Command::Supervision { on }),
    ]
}

fn out() -> impl Strategy<Value = Out> {
    prop_oneof![
        command().prop_map(Out::Command),
        any::<(u16, u16)>().prop_map(|(register, value)| Out::Fpga { register, value }),
        any::<(u16, u8)>().prop_map(|(register, value)| Out::Sensor { register, value }),
        any::<(u16, u16)>().prop_map(|(register, value)| Out::I2c { register, value }),
        (0..4u8, any::<bool>()).prop_map(|(pin, on)| Out::Guide { pin, on }),
        any::<Vec<u8>>().prop_map(Out::Wheel),
        any::<[u8; 32]>().prop_map(|half| {
            let mut record = [0; 64];
            record[..32].copy_from_slice(&half);
            record[32..].copy_from_slice(&half.map(|b| !b));
            Out::Fan(record)
        }),
        (-65535..=65535).prop_map(|tenths_c| Out::Target { tenths_c }),
        any::<(bool, u8)>().prop_map(|(automatic, half_pwm)| Out::Cooler { automatic, half_pwm }),
        (0..super::code::BYTES.len(), any::<u8>())
            .prop_map(|(n, value)| Out::Byte { request: super::code::BYTES[n], value }),
        any::<(u32, Vec<u8>)>().prop_map(|(address, data)| Out::Loader { address, data }),
    ]
}

fn input() -> impl Strategy<Value = In> {
    prop_oneof![
        any::<(u16, u16)>().prop_map(|(value, index)| In::Eeprom { value, index }),
        Just(In::Firmware),
        Just(In::Status),
        Just(In::Debug),
        any::<u16>().prop_map(In::Page),
        any::<u16>().prop_map(In::Fpga),
        any::<u16>().prop_map(In::I2c),
        Just(In::Wheel),
        any::<u16>().prop_map(In::Flash),
        Just(In::Temperature),
    ]
}

fn setup() -> impl Strategy<Value = Setup> {
    any::<(u8, u8, u16, u16)>().prop_map(|(request_type, request, value, index)| Setup {
        request_type,
        request,
        value,
        index,
    })
}

proptest! {
    #[test]
    fn orders_come_back(order in out()) {
        let (setup, data) = order.encode();
        prop_assert!(!setup.is_in());
        prop_assert_eq!(Out::decode(setup, &data), Ok(order));
        prop_assert!(In::decode(setup).is_err());
    }

    #[test]
    fn questions_come_back(question in input()) {
        let (setup, length) = question.encode();
        prop_assert!(setup.is_in() && (1..=64).contains(&length));
        prop_assert_eq!(In::decode(setup), Ok(question));
        prop_assert!(Out::decode(setup, &[0; 64]).is_err());
    }

    /// Whatever arrives, decoding ends; and what it accepts, it can spell.
    #[test]
    fn rubbish_does_no_harm(setup in setup(), data in any::<Vec<u8>>(), code in 0xA0..=0xFFu8) {
        let vendor = Setup { request: code, ..setup };
        for setup in [setup, vendor, Setup::vendor_out(code, setup.value, setup.index)] {
            let _ = In::decode(setup);
            if let Ok(order) = Out::decode(setup, &data) {
                let (again, bytes) = order.encode();
                prop_assert_eq!(Out::decode(again, &bytes), Ok(order));
            }
        }
        let mut command = data;
        command.insert(0, code);
        let _ = Out::decode(Setup::vendor_out(super::code::COMMAND, 0, 0), &command);
    }

    /// A hostile camera gets no further than a wrong number.
    #[test]
    fn any_answer_is_a_number_or_a_text_of_bounded_length(
        word in any::<[u8; 4]>(), block in any::<[u8; 16]>(), date in any::<[u8; 10]>(), page in any::<[u8; 32]>(),
    ) {
        prop_assert!(u64::from(status::decode_ddr_units(word, 6)) * status::DDR_UNIT_BYTES < 4 << 30);
        prop_assert!(status::decode_temperature_c(word).abs() <= 6553.5);
        prop_assert!((-265.0..44_100.0).contains(&status::decode_die_temperature_c(word[0], word[1])));
        let serial = status::serial_text(block);
        prop_assert!((16..=17).contains(&serial.len()) && serial.bytes().all(|c| c.is_ascii_hexdigit()), "{serial}");
        prop_assert_eq!(status::decode_colour(block) == status::ColourByte::Colour, block[1] == 1);
        prop_assert!((2000..=2255).contains(&status::firmware_date(date).0));
        let _ = status::firmware_api_form(date);
        let mut full = [0; 64];
        full[..32].copy_from_slice(&page);
        full[32..].copy_from_slice(&page);
        prop_assert!((0.0..656.0).contains(&status::decode_humidity_percent(&full)));
        let again = status::Timing::decode(&full);
        prop_assert_eq!(status::Timing::decode(&again.encode()), again);
    }

    #[test]
    fn gps_blocks_come_back(low in any::<[u8; 22]>(), high in any::<[u8; 22]>()) {
        let mut bytes = [0; frame_header::GPS_BYTES];
        bytes[..22].copy_from_slice(&low);
        bytes[22..].copy_from_slice(&high);
        bytes[4] = 0;
        let block = frame_header::GpsBlock::decode(&bytes);
        let _ = (block.latitude_deg(), block.longitude_deg());
        prop_assert_eq!(block.encode(), bytes);
    }
}
