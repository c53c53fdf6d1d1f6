//! `qhy models`: the model tables, as text or JSON.

use qhyccd::model::{self, Level, Model, Variant, manual};

use crate::support::output::{self, Result, json_text};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print the QHY600 manual's tables about many cameras instead: the order of colour
    /// filters and the gain of one electron per unit
    #[arg(long, conflicts_with = "json")]
    manual: bool,
}

/// Runs the subcommand.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.manual {
        return output::print(&manual_tables());
    }
    let models: Vec<&Model> = model::all().collect();
    output::print(&if args.json { json(&models) } else { text(&models) })
}

fn text(models: &[&Model]) -> String {
    let titles = ["MODEL", "USB ID", "SENSOR", "PIXELS", "PITCH", "COLOUR", "READ MODES", "LEVEL", ""];
    let mut rows = vec![titles.map(String::from).to_vec()];
    for m in models {
        let pixels = m.read_modes.first().map(|r| format!("{}x{}", r.image.width, r.image.height));
        rows.push(vec![
            m.name.into(),
            format!("{:04x}:{:04x}", model::VENDOR, m.product),
            m.sensor.into(),
            pixels.unwrap_or_default(),
            format!("{} um", m.pixel_um),
            m.bayer.map_or("mono", |b| b.fits_name()).into(),
            m.read_modes.len().to_string(),
            m.level.name().into(),
            m.summary.into(),
        ]);
    }
    let mut text = output::table(&rows);
    let variants = model::VARIANTS.iter().map(|v| vec![v.name.into(), v.model.into(), variant(v)]);
    let titles = ["VARIANT", "REPORTS ITSELF AS", ""].map(String::from).to_vec();
    text.push('\n');
    text.push_str(&output::table(&std::iter::once(titles).chain(variants).collect::<Vec<_>>()));
    let known = model::KNOWN.iter().map(|k| k.name);
    text.push_str(&format!("\nKnown by their ids, not driven: {}.\n", known.collect::<Vec<_>>().join(", ")));
    text.push_str("\nLevels, and how many cameras have each:\n");
    for level in Level::ALL {
        text.push_str(&format!("  {:<12} {:>3}  {}\n", level.name(), model::count(level), level.meaning()));
    }
    text.push_str("No level means that a real camera was tried.\n");
    text
}

/// Names of the variants of a model, as JSON.
fn variants(m: &Model) -> Vec<String> {
    model::VARIANTS.iter().filter(|v| v.model == m.name).map(|v| json_text(v.name)).collect()
}

/// What the manual says of a variant.
fn variant(v: &Variant) -> String {
    let mut facts = vec![v.summary.to_owned(), format!("{} MiB", v.ddr_mib)];
    facts.push(format!("back focus {} mm", v.back_focus_mm));
    facts.extend(v.length_mm.map(|mm| format!("about {mm} mm long")));
    facts.extend(v.weight_g.map(|g| format!("{g} g")));
    facts.extend(v.fibre_fps.map(|fps| format!("{fps:.1} frames/s at 16 bits over fibre")));
    facts.join("; ")
}

fn manual_tables() -> String {
    let mut filters = vec![["CAMERA", "COLOUR FILTERS", "KIND"].map(String::from).to_vec()];
    for row in manual::FILTER_ORDERS {
        filters.push(vec![row.camera.into(), row.order.fits_name().into(), row.class.name().into()]);
    }
    let mut gains = vec![["CAMERA", "UNITY GAIN", "MODE"].map(String::from).to_vec()];
    for row in manual::UNITY_GAINS {
        let mode = row.mode.unwrap_or_default();
        gains.push(vec![row.cameras.join(", "), row.setting.to_string(), mode.into()]);
    }
    format!("{}\n{}", output::table(&filters), output::table(&gains))
}

fn json(models: &[&Model]) -> String {
    let mut items = Vec::new();
    for m in models {
        let modes: Vec<String> = m
            .read_modes
            .iter()
            .map(|r| {
                format!(
                    "{{\"name\": {}, \"width\": {}, \"height\": {}}}",
                    json_text(r.name),
                    r.image.width,
                    r.image.height
                )
            })
            .collect();
        let fields = [
            ("name", json_text(m.name)),
            ("summary", json_text(m.summary)),
            ("level", json_text(m.level.name())),
            ("vendor_id", model::VENDOR.to_string()),
            ("product_id", m.product.to_string()),
            ("loader_product_id", m.loader.map_or("null".into(), |id| id.to_string())),
            ("sensor", json_text(m.sensor)),
            ("pixel_um", m.pixel_um.to_string()),
            ("bayer", m.bayer.map_or("null".into(), |b| json_text(b.fits_name()))),
            ("read_modes", format!("[{}]", modes.join(", "))),
            (
                "doubts",
                format!("[{}]", m.doubts().iter().map(|d| json_text(d)).collect::<Vec<_>>().join(", ")),
            ),
            ("variants", format!("[{}]", variants(m).join(", "))),
        ];
        let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        items.push(format!("  {{{}}}", fields.join(", ")));
    }
    format!("[\n{}\n]\n", items.join(",\n"))
}
