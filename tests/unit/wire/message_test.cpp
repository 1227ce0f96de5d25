#include "wire/message.h"

#include <gtest/gtest.h>

#include "wire/samples.h"

namespace slipway::wire {
namespace {

using namespace std::string_literals;
using test::Filler;
using test::for_each_message_type;
using test::Optionals;

std::string_view payload_of(std::string_view frame) {
  return frame.substr(frame_header_size);
}

json::object fields_of(std::string_view frame) {
  const std::string_view payload = payload_of(frame);
  return json::parse_object(payload.substr(0, payload.find('\0'))).value();
}

// Decodes and gives the message if it is of this type.
template <class T>
base::Result<T> decode_as(std::string_view payload) {
  const auto decoded = decode(payload);
  if (!decoded) return std::unexpected(decoded.error());
  const auto* message = std::get_if<Message>(&decoded->message);
  if (message == nullptr || !std::holds_alternative<T>(*message))
    return base::fail(base::ErrorCode::invalid, "another type");
  return std::get<T>(*message);
}

std::string error_of(std::string_view payload) {
  const auto decoded = decode(payload);
  return decoded ? "no error" : decoded.error().message;
}

template <class T>
void expect_round_trip(Optionals optionals, std::string_view raw) {
  const std::string frame = encode(Filler(optionals).make<T>(), raw);
  const auto decoded = decode(payload_of(frame));
  ASSERT_TRUE(decoded) << T::type << ": " << decoded.error().message;
  EXPECT_EQ(decoded->raw, raw) << T::type;
  const auto message = decode_as<T>(payload_of(frame));
  ASSERT_TRUE(message) << T::type;
  EXPECT_EQ(encode(*message, raw), frame) << T::type;
}

TEST(EveryMessage, ComesBackAsItWasEncoded) {
  for_each_message_type([]<class T>(std::type_identity<T>) {
    for (const Optionals optionals : {Optionals::filled, Optionals::absent})
      expect_round_trip<T>(optionals, "");
  });
}

TEST(EveryMessage, CarriesRawBytesAsTheyAre) {
  std::string raw = "\0{\"type\":\"order\"}\0\0\xff\n"s;
  for (int byte = 0; byte < 256; ++byte) raw += static_cast<char>(byte);
  for_each_message_type(
      [&]<class T>(std::type_identity<T>) { expect_round_trip<T>(Optionals::filled, raw); });
}

TEST(EveryMessage, IsNamedByItsType) {
  for_each_message_type([]<class T>(std::type_identity<T>) {
    EXPECT_EQ(fields_of(encode(T{})).at("type").as_string(), T::type);
  });
}

TEST(EveryMessage, IgnoresMembersItDoesNotKnow) {
  for_each_message_type([]<class T>(std::type_identity<T>) {
    const T message = Filler(Optionals::filled).make<T>();
    json::object fields = fields_of(encode(message));
    fields.emplace("member_of_a_later_version", json::parse(R"([{"deep":1}])").value());
    const auto decoded = decode_as<T>(payload_of(encode_json(fields, {})));
    ASSERT_TRUE(decoded) << T::type << ": " << decoded.error().message;
    EXPECT_EQ(encode(*decoded), encode(message)) << T::type;
  });
}

TEST(EveryMessage, NamesAMemberThatIsMissing) {
  for_each_message_type([]<class T>(std::type_identity<T>) {
    const json::object least = json::encode(Filler(Optionals::absent).make<T>());
    for (const auto& [name, ignored] : least) {
      json::object fields = least;
      fields.emplace("type", T::type);
      fields.erase(name);
      EXPECT_EQ(error_of(payload_of(encode_json(fields, {}))),
                fmt::format("message \"{}\": \"{}\" is missing", T::type, std::string_view(name)));
    }
  });
}

TEST(EveryMessage, NamesAMemberOfTheWrongType) {
  for_each_message_type([]<class T>(std::type_identity<T>) {
    const json::object whole = fields_of(encode(Filler(Optionals::filled).make<T>()));
    for (const std::string& name : json::member_names<T>()) {
      json::object fields = whole;
      // No member of any message is a list of lists.
      fields[name] = json::parse("[[]]").value();
      const std::string error = error_of(payload_of(encode_json(fields, {})));
      EXPECT_TRUE(error.starts_with(fmt::format("message \"{}\": {}: ", T::type, name))) << error;
    }
  });
}

TEST(EveryMessage, IsDecodedFromTheMembersInAnyOrder) {
  const auto ack = decode_as<Ack>(R"({"offset":7,"type":"ack","order":"a"})");
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->offset, 7U);
}

TEST(Message, LooksTheSameForEver) {
  const std::string json = R"({"order":"01jd9x3kq5m8w2r7t4v6y9b0ce","offset":4096,"type":"spool"})";
  ASSERT_EQ(json.size(), 67U);
  EXPECT_EQ(encode(Spool{"01jd9x3kq5m8w2r7t4v6y9b0ce", 4096}, "a\0b"s),
            "\x12\x34\x66\x41\x00\x00\x00\x47\x02"s + json + "\0a\0b"s);
}

TEST(Message, OfTheDocumentIsUnderstood) {
  const auto hello = decode_as<Hello>(
      R"({"type":"hello","protocol":1,"version":"0.1.0","role":"server","instance":"01jd9x3kq5m8w2r7t4v6y9b0ce"})");
  ASSERT_TRUE(hello) << hello.error().message;
  EXPECT_EQ(hello->protocol, protocol_version);
  EXPECT_FALSE(hello->orders);
}

TEST(Message, OfAnUnknownTypeIsTakenForOneOfALaterVersion) {
  const auto decoded = decode(R"({"type":"teleport","id":"q1","to":[1,2]})");
  ASSERT_TRUE(decoded);
  const auto& unknown = std::get<UnknownMessage>(decoded->message);
  EXPECT_EQ(unknown.type, "teleport");
  EXPECT_EQ(unknown.id, "q1");
}

TEST(Message, OfAnUnknownTypeNeedsNoId) {
  for (const char* payload : {R"({"type":"teleport"})", R"({"type":"teleport","id":7})"}) {
    EXPECT_FALSE(std::get<UnknownMessage>(decode(payload).value().message).id) << payload;
  }
}

TEST(Message, OfAnUnknownTypeIsNotRepeatedAtLength) {
  const auto decoded = decode(R"({"type":")" + std::string(10'000, 'x') + R"("})");
  EXPECT_LE(std::get<UnknownMessage>(decoded.value().message).type.size(), 100U);
}

TEST(Message, WithoutATypeIsAnError) {
  EXPECT_EQ(error_of("{}"), "a message without a \"type\"");
  EXPECT_EQ(error_of(R"({"type":1})"), "a message without a \"type\"");
  EXPECT_EQ(error_of(R"({"Type":"ack"})"), "a message without a \"type\"");
}

TEST(Message, ThatIsNoJsonObjectIsAnError) {
  for (const std::string& payload :
       {""s, "\0"s, "\0{}"s, "[]"s, "{"s, "{}{}"s, "null"s, "{\"type\":\"ack\xff\"}"s, "hello"s}) {
    EXPECT_TRUE(error_of(payload).starts_with("a data frame's message: ")) << testing::PrintToString(payload);
  }
}

TEST(Message, ThatIsNestedTooDeeplyIsAnError) {
  const std::string deep = R"({"type":"teleport","x":)" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_TRUE(error_of(deep).starts_with("a data frame's message: ")) << error_of(deep);
}

TEST(Message, CarriesAtMostSixtyFourKibibytesOfRawBytes) {
  const std::string ack = "{\"type\":\"ack\",\"order\":\"a\",\"offset\":1}\0"s;
  EXPECT_EQ(error_of(ack + std::string(max_raw_chunk, 'x')), "no error");
  EXPECT_EQ(error_of(ack + std::string(max_raw_chunk + 1, 'x')),
            "65537 raw bytes in one frame; at most 65536 are allowed");
}

TEST(Message, HasNoRawBytesWhereNoneFollow) {
  EXPECT_EQ(decode(R"({"type":"ack","order":"a","offset":1})").value().raw, "");
  EXPECT_EQ(decode("{\"type\":\"ack\",\"order\":\"a\",\"offset\":1}\0"s).value().raw, "");
}

TEST(Names, OfStepsAreThoseOfTheWire) {
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<StepName>>([&](auto entry) {
    names.push_back(name_of(entry.value));
    EXPECT_EQ(step_from(names.back()), entry.value);
  });
  EXPECT_EQ(names,
            (std::vector<std::string>{"check", "fetch", "before_deploy", "before_rollback", "switch",
                                      "after_deploy", "after_rollback", "health_check", "switch_back"}));
  EXPECT_FALSE(step_from("switch_"));
  EXPECT_FALSE(step_from(""));
}

TEST(Names, OfStreamsAreThoseOfTheWire) {
  for (const auto& [stream, name] : {std::pair{OutputStream::stdout_, "stdout"},
                                     {OutputStream::stderr_, "stderr"},
                                     {OutputStream::note, "note"}}) {
    EXPECT_EQ(name_of(stream), name);
    EXPECT_EQ(stream_from(name), stream);
  }
  EXPECT_FALSE(stream_from("stdout_"));
}

}  // namespace
}  // namespace slipway::wire
