// docs/protocol.md is what others write their side from: it must name all that the code knows.
#include <gtest/gtest.h>

#include <regex>

#include "base/file.h"
#include "wire/message.h"
#include "wire/samples.h"

namespace slipway::wire {
namespace {

class ProtocolDocument : public testing::Test {
 protected:
  static std::string read() {
    return base::read_file(base::fs::path(SLIPWAY_SOURCE_DIR) / "docs/protocol.md").value();
  }

  // The part that speaks of a message: from the heading, table row or bold word that names it to the next
  // such place.
  std::string part_about(std::string_view type) const {
    for (const std::string& start :
         {fmt::format("### {}\n", type), fmt::format("**`{}`**", type), fmt::format("| `{}` |", type)}) {
      const std::size_t at = text.find(start);
      if (at == std::string::npos) continue;
      std::smatch next;
      const std::string rest = text.substr(at + start.size());
      const bool found = std::regex_search(
          rest, next, start.front() == '|' ? std::regex("\n") : std::regex(R"(\n(###? |\*\*`))"));
      return rest.substr(0, found ? static_cast<std::size_t>(next.position()) : std::string::npos);
    }
    return {};
  }

  // "name" or `name`, also with others between the same quotes: `{"order", "offset"}`.
  static bool names(const std::string& part, const std::string& member) {
    return std::regex_search(part, std::regex("[`\"]" + member + "[`\"]"));
  }

  template <class T>
  void expect_members(const std::string& part, std::string_view of) const {
    for (const std::string& member : json::member_names<T>())
      EXPECT_TRUE(names(part, member)) << of << ": " << member;
  }

  template <class Enum>
  void expect_names(std::string_view of) const {
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto entry) {
      std::string name = entry.name;
      if (name.ends_with('_')) name.pop_back();
      EXPECT_TRUE(names(text, name)) << of << ": " << name;
    });
  }

  const std::string text = read();
};

TEST_F(ProtocolDocument, NamesEveryMessage) {
  test::for_each_message_type(
      [&]<class T>(std::type_identity<T>) { EXPECT_NE(part_about(T::type), "") << T::type; });
}

TEST_F(ProtocolDocument, NamesEveryMemberWhereItSpeaksOfTheMessage) {
  test::for_each_message_type(
      [&]<class T>(std::type_identity<T>) { expect_members<T>(part_about(T::type), T::type); });
}

TEST_F(ProtocolDocument, NamesTheMembersOfWhatMessagesHold) {
  expect_members<OrderSummary>(part_about(Hello::type), "orders");
  expect_members<Target>(part_about(Order::type), "target");
  expect_members<CommitInfo>(part_about(Answer::type), "commits");
  expect_members<WorkingCopyStatus>(part_about(Answer::type), "status");
}

TEST_F(ProtocolDocument, NamesEveryValueThatHasAName) {
  expect_names<VcsType>("vcs");
  expect_names<LocalChanges>("local_changes");
  expect_names<Action>("action");
  expect_names<StepName>("step");
  expect_names<OutputStream>("stream");
  expect_names<ResultState>("result");
  expect_names<OrderState>("order_state");
  expect_names<QueryKind>("kind");
}

TEST_F(ProtocolDocument, NamesTheNumbersOfTheFrame) {
  for (const std::string& number : {fmt::format("0x{:08x}", frame_magic), std::string("16,777,216"),
                                    std::string("65,536"), std::string("`0x01`"), std::string("`0x02`"),
                                    std::string("`0x03`"), fmt::format("Version {}.", protocol_version)}) {
    EXPECT_NE(text.find(number), std::string::npos) << number;
  }
  EXPECT_EQ(max_payload, 16'777'216U);
  EXPECT_EQ(max_raw_chunk, 65'536U);
}

}  // namespace
}  // namespace slipway::wire
