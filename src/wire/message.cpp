#include "wire/message.h"

#include <boost/mp11.hpp>

#include "base/text.h"

namespace slipway::wire {
namespace {

template <class Enum>
std::string plain_name(Enum value) {
  std::string name = boost::describe::enum_to_string(value, "");
  if (name.ends_with('_')) name.pop_back();
  return name;
}

template <class Enum>
std::optional<Enum> from_plain_name(std::string_view name) {
  std::optional<Enum> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto entry) {
    if (plain_name(entry.value) == name) found = entry.value;
  });
  return found;
}

std::optional<std::string> string_member(const json::object& fields, std::string_view name) {
  const json::value* found = fields.if_contains(name);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return std::string(found->get_string());
}

using Result = base::Result<std::variant<Message, UnknownMessage>>;

Result decode_fields(json::value fields) {
  const auto type = string_member(fields.get_object(), "type");
  if (!type) return base::fail(base::ErrorCode::invalid, "a message without a \"type\"");
  std::optional<Result> result;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Message>>(
      [&]<class T>(std::type_identity<T>) {
        if (result || *type != T::type) return;
        auto decoded = json::decode<T>(fields);
        if (decoded)
          result = Result(Message(std::move(*decoded)));
        else
          result = Result(std::unexpected(decoded.error().context(fmt::format("message \"{}\"", T::type))));
      });
  if (result) return std::move(*result);
  return UnknownMessage{base::shorten(*type, 100), string_member(fields.get_object(), "id")};
}

}  // namespace

std::string name_of(StepName step) {
  return plain_name(step);
}
std::string name_of(OutputStream stream) {
  return plain_name(stream);
}
std::optional<StepName> step_from(std::string_view name) {
  return from_plain_name<StepName>(name);
}
std::optional<OutputStream> stream_from(std::string_view name) {
  return from_plain_name<OutputStream>(name);
}

base::Result<Decoded> decode(std::string_view payload) {
  const std::size_t end = payload.find('\0');
  auto fields = json::parse_object(payload.substr(0, end));
  if (!fields) return std::unexpected(fields.error().context("a data frame's message"));
  auto message = decode_fields(std::move(*fields));
  if (!message) return std::unexpected(std::move(message.error()));
  const std::string_view raw = end == std::string_view::npos ? std::string_view{} : payload.substr(end + 1);
  if (raw.size() > max_raw_chunk) {
    return base::fail(base::ErrorCode::invalid, "{} raw bytes in one frame; at most {} are allowed",
                      raw.size(), max_raw_chunk);
  }
  return Decoded{std::move(*message), raw};
}

std::string encode_json(const json::object& message, std::string_view raw) {
  std::string text = boost::json::serialize(message);
  if (raw.empty()) return encode_frame(FrameType::data, text);
  text += '\0';
  return encode_frame(FrameType::data, text, raw);
}

}  // namespace slipway::wire
