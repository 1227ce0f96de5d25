#include "jsonc/values.h"

#include <algorithm>
#include <chrono>

#include "base/size.h"

namespace slipway::jsonc {

const std::string* text_of(const Field& field) {
  if (field.value.kind == Kind::string) return &field.value.text;
  field.unexpected();
  return nullptr;
}

const std::string* text_by(const Field& field, Complaint (*rule)(std::string_view)) {
  const std::string* text = text_of(field);
  if (text == nullptr) return nullptr;
  const Complaint complaint = rule(*text);
  if (complaint) field.problem(*complaint);
  return complaint ? nullptr : text;
}

void read_text(const Field& field, std::string& result) {
  if (const std::string* text = text_of(field)) result = *text;
}

void read_bool(const Field& field, bool& result) {
  if (field.value.kind != Kind::boolean) return field.unexpected();
  result = field.value.boolean;
}

void read_size(const Field& field, std::uint64_t& result) {
  if (field.value.kind == Kind::integer && field.value.integer >= 0) {
    result = static_cast<std::uint64_t>(field.value.integer);
    return;
  }
  if (field.value.kind != Kind::string) return field.unexpected();
  const auto size = base::parse_size(field.value.text);
  if (!size) return field.unexpected();
  result = *size;
}

std::optional<base::Millis> duration_of(const Located& value) {
  // Seconds are checked before they are counted in milliseconds: the product could overflow.
  if (value.kind == Kind::integer) {
    constexpr std::int64_t year = 366LL * 24 * 3600;
    return std::chrono::seconds{std::clamp<std::int64_t>(value.integer, -1, year)};
  }
  if (value.kind != Kind::string) return std::nullopt;
  const auto duration = base::parse_duration(value.text);
  return duration ? std::optional{*duration} : std::nullopt;
}

void read_timeout(const Field& field, base::Millis& result) {
  const auto duration = duration_of(field.value);
  if (!duration) return field.unexpected();
  if (*duration <= base::Millis{0} || *duration > std::chrono::days{7}) {
    return field.problem(
        fmt::format("{} is out of range; expected more than 0 and at most 7 days", found(field.value)));
  }
  result = *duration;
}

bool has_control_character(std::string_view text) {
  for (std::size_t index = 0; index < text.size(); ++index) {
    const auto byte = static_cast<unsigned char>(text[index]);
    if (byte < 0x20 || byte == 0x7f) return true;
    // U+0080 to U+009F.
    if (byte == 0xc2 && index + 1 < text.size() && static_cast<unsigned char>(text[index + 1]) < 0xa0)
      return true;
  }
  return false;
}

}  // namespace slipway::jsonc
