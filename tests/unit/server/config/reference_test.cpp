#include "base/file.h"
#include "config_fixture.h"

namespace slipway::server::config {
namespace {

constexpr std::string_view begin_mark = "<!-- begin: slipway-server --config-reference -->\n";
constexpr std::string_view end_mark = "<!-- end -->";

std::string documentation() {
  return base::read_file(SLIPWAY_SOURCE_DIR "/docs/configuration.md").value_or("");
}

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t start = text.find(begin);
  if (start == std::string::npos) return "";
  const std::size_t from = start + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

TEST(Reference, HasARowForEveryKey) {
  const std::string reference = reference_markdown();
  for (const char* key :
       {"listen_http",   "debug",       "jwt_secret",   "data_dir",      "apps",    "name",
        "type",          "url",         "branch",       "local_changes", "timeout", "before_deploy",
        "after_deploy",  "node",        "fetchlogpath", "alias",         "addr",    "agent",
        "listen_agents", "fingerprint", "plaintext",    "path"}) {
    EXPECT_THAT(reference, testing::HasSubstr(fmt::format("\n| `{}`", key)));
  }
}

TEST(Reference, IsTheOneInTheDocumentation) {
  EXPECT_EQ(between(documentation(), begin_mark, end_mark), "\n" + reference_markdown() + "\n")
      << "copy the output of `slipway-server --config-reference` into docs/configuration.md";
}

TEST(Reference, TheExampleInTheDocumentationIsAcceptedWithoutAWarning) {
  const std::string example = between(documentation(), "```jsonc\n", "```");
  ASSERT_NE(example, "");
  EXPECT_THAT(problems_of(example), IsEmpty());
}

}  // namespace
}  // namespace slipway::server::config
