//! The contract as a page: its calls, their shapes and their problems, from the document itself.

use crate::problem::Type;
use serde_json::{Map, Value};
use std::fmt::Write;

const METHODS: [&str; 2] = ["get", "post"];

/// The page, of an OpenAPI document.
pub(super) fn write(document: &Value) -> String {
    let mut page = format!(
        "# {}\n\n{}\n\nMade from [merchant-api.json](merchant-api.json) (OpenAPI 3.1) by `cargo run -p merchant -- contract --write`; do not \
         edit it here. Whether a backend keeps it, `cargo xtask conformance` tells.\n",
        text(document, "/info/title"),
        text(document, "/info/description"),
    );
    page += "\nAuthorizations have the same calls as charges, at `/authorizations` in the place of `/charges`.\n";
    for (path, item) in entries(document, "/paths").filter(|(path, _)| !path.contains("/authorizations")) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                call(&mut page, method, path, operation);
            }
        }
    }
    page += "\n## Who asks\n\n| | shown as | what it is |\n|---|---|---|\n";
    for (name, scheme) in entries(document, "/components/securitySchemes") {
        row(&mut page, &[&code(name), &shown_as(scheme), text(scheme, "/description")]);
    }
    page += "\n## Shapes\n";
    for (name, schema) in entries(document, "/components/schemas") {
        shape(&mut page, name, schema);
    }
    page += "\n## Problems\n\nThe `type` of a problem is stable.\n\n| type | status | what it means |\n|---|---|---|\n";
    for sort in Type::ALL {
        row(&mut page, &[&code(&sort.uri()), sort.status().as_str(), sort.meaning()]);
    }
    page
}

fn call(page: &mut String, method: &str, path: &str, operation: &Value) {
    let _ = write!(
        page,
        "\n## {}\n\n```\n{} {path}\n```\n\n{}\n",
        text(operation, "/summary"),
        method.to_uppercase(),
        text(operation, "/description"),
    );
    page.push_str("\n| | | |\n|---|---|---|\n");
    row(page, &["who", &who(operation), ""]);
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = code(text(parameter, "/name"));
        row(page, &[text(parameter, "/in"), &name, text(parameter, "/description")]);
    }
    if let Some(body) = operation.get("requestBody") {
        row(page, &["body", &content(body), ""]);
    }
    for (status, reply) in entries(operation, "/responses") {
        row(page, &[status, &content(reply), &brief(text(reply, "/description"))]);
        for (name, header) in entries(reply, "/headers") {
            let value = type_of(&header["schema"]);
            let about = Some(text(header, "/description")).filter(|about| !about.is_empty());
            row(page, &[&format!("{status} header"), &code(name), about.unwrap_or(&value)]);
        }
    }
}

/// Whom a call is for: each way to show it is enough.
fn who(operation: &Value) -> String {
    let ways = operation["security"].as_array().into_iter().flatten().filter_map(Value::as_object);
    let ways = ways.map(|way| match way.keys().map(|name| format!("[{name}](#who-asks)")).collect::<Vec<_>>() {
        none if none.is_empty() => "anybody".to_owned(),
        names => names.join(" and "),
    });
    ways.collect::<Vec<_>>().join(" or ")
}

/// What stands in a request by that scheme.
fn shown_as(scheme: &Value) -> String {
    match (text(scheme, "/type"), text(scheme, "/scheme")) {
        ("http", "bearer") => "`Authorization: Bearer …`".to_owned(),
        _ => format!("the {} {}", text(scheme, "/in"), code(text(scheme, "/name"))),
    }
}

/// The sorts of problem have a table of their own.
fn brief(description: &str) -> String {
    let words = description.split('`').filter_map(|part| part.rsplit_once(":problem:")).map(|(_, name)| code(name));
    match words.collect::<Vec<_>>() {
        none if none.is_empty() => description.to_owned(),
        some => some.join(", "),
    }
}

fn content(body: &Value) -> String {
    entries(body, "/content").map(|(_, content)| type_of(&content["schema"])).collect::<Vec<_>>().join(", ")
}

fn shape(page: &mut String, name: &str, schema: &Value) {
    let _ = write!(page, "\n### {name}\n\n{}\n", text(schema, "/description"));
    let mut rows = Vec::new();
    fields(schema, &mut rows);
    if rows.is_empty() {
        return;
    }
    page.push_str("\n| field | type | what it means |\n|---|---|---|\n");
    for [field, kind, about] in &rows {
        row(page, &[field, kind, about]);
    }
}

/// Those of an object, or of what it may be or is made up of.
fn fields(schema: &Value, rows: &mut Vec<[String; 3]>) {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in entries(schema, "/properties") {
        let needed = if required.contains(&name.as_str()) { "" } else { ", optional" };
        rows.push([code(name), format!("{}{needed}", type_of(field)), text(field, "/description").to_owned()]);
    }
    for list in ["oneOf", "allOf"] {
        for part in schema[list].as_array().into_iter().flatten() {
            match part.get("$ref") {
                Some(_) => rows.push([String::new(), format!("and all of {}", type_of(part)), String::new()]),
                None => fields(part, rows),
            }
        }
    }
}

fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| code(word.as_str().unwrap_or("null"))).collect::<Vec<_>>().join(" or ");
    }
    let is_said = |part: &&Value| part["type"] != "null";
    if let Some(parts) = schema["oneOf"].as_array() {
        return parts.iter().filter(is_said).map(type_of).collect::<Vec<_>>().join(" or ");
    }
    let plain = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    };
    match (plain.as_str(), schema["format"].as_str()) {
        ("array", _) => format!("list of {}", type_of(&schema["items"])),
        ("string", Some(format)) => format!("{plain} ({format})"),
        _ => plain,
    }
}

fn row(page: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('\n', " ").replace('|', "\\|")).collect();
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn entries<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}
