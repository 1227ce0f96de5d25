// The words of jsonc that this folder is written in.
#pragma once

#include "jsonc/problem.h"
#include "jsonc/reader.h"
#include "jsonc/report.h"
#include "jsonc/schema.h"
#include "jsonc/values.h"

namespace slipway::server::config {

using jsonc::Complaint;
using jsonc::Field;
using jsonc::FirstPlaces;
using jsonc::Key;
using jsonc::KeyInfo;
using jsonc::Kind;
using jsonc::Located;
using jsonc::Member;
using jsonc::Position;
using jsonc::Problem;
using jsonc::Report;
using jsonc::Schema;

using jsonc::found;
using jsonc::has_control_character;
using jsonc::in_quotes;
using jsonc::into;
using jsonc::read_bool;
using jsonc::read_object;
using jsonc::read_size;
using jsonc::read_text;
using jsonc::read_timeout;
using jsonc::read_word;
using jsonc::text_by;
using jsonc::text_of;
using jsonc::value_of;

}  // namespace slipway::server::config
