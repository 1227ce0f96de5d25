#include "config_fixture.h"

namespace slipway::server::config {
namespace {

using testing::Contains;
using testing::HasSubstr;

const std::string one = "SHA256:" + std::string(43, 'A');
const std::string other = "SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

std::string node(std::string_view alias, std::string_view addr, const std::string& more) {
  return fmt::format("\"alias\": \"{0}\", \"addr\": \"{1}\", \"path\": \"/{0}\",\n{2}", alias, addr, more);
}

std::string key(const std::string& fingerprint) {
  return "\"fingerprint\": \"" + fingerprint + "\"";
}

TEST(Links, ANodeMayPinItsAgentsKey) {
  const Loaded loaded = parse_config(config_with_node(node("a", "10.0.0.7:8081", key(other))), "s");
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.config.apps.at(0).nodes.at(0).fingerprint->text(), other);
}

TEST(Links, AMistypedFingerprintIsNamedWithItsPlace) {
  EXPECT_THAT(problems_of(config_with_node(node("a", "10.0.0.7:8081", key("SHA256:abc")))),
              ElementsAre("3:16: \"fingerprint\": \"SHA256:abc\" is not a fingerprint: it has 3 characters "
                          "after \"SHA256:\", expected 43"));
}

TEST(Links, PlaintextIsForLoopbackAddresses) {
  EXPECT_THAT(problems_of(config_with_node(node("a", "localhost:8081", "\"plaintext\": true"))), IsEmpty());
  EXPECT_THAT(problems_of(config_with_node(node("a", "10.0.0.7:8081", "\"plaintext\": true"))),
              ElementsAre(HasSubstr("3:14: \"plaintext\": 10.0.0.7:8081 is not a loopback address")));
}

TEST(Links, PlaintextShowsNoKey) {
  EXPECT_THAT(problems_of(config_with_node(node("a", "[::1]:1", "\"plaintext\": true, " + key(one)))),
              ElementsAre(HasSubstr("3:14: \"plaintext\": a plaintext link shows no key")));
}

TEST(Links, OneAgentHasOneKey) {
  EXPECT_THAT(problems_of(config_with_node(node("a", "h:1", key(one)) + "}, {" + node("b", "H:1", key(one)))),
              IsEmpty());
  EXPECT_THAT(
      problems_of(config_with_node(node("a", "h:1", "\"plaintext\": false") + "}, {" +
                                   node("b", "h:1", key(one)) + "}, {" + node("c", "h:1", key(other)))),
      ElementsAre(HasSubstr("5:16: \"fingerprint\": the agent h:1 has another one in the node in line 3")));
}

std::string with_listen(const std::string& nodes) {
  std::string text = config_with_node(nodes);
  return text.replace(0, 1, "{\"listen_agents\": \":8083\", ");
}

std::string dialling(std::string_view alias, const std::string& agent, const std::string& more) {
  return fmt::format("\"alias\": \"{0}\", \"path\": \"/{0}\",\n\"agent\": \"{1}\"{2}", alias, agent, more);
}

TEST(Links, ANodeMayNameAnAgentThatDials) {
  const Loaded loaded = parse_config(with_listen(dialling("a", "web-1", ", " + key(other))), "s");
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.config.listen_agents->text(), ":8083");
  EXPECT_EQ(loaded.config.apps.at(0).nodes.at(0).agent_id(), "web-1");
}

TEST(Links, AnAgentDialsOrIsDialled) {
  EXPECT_THAT(problems_of(with_listen(dialling("a", "web-1", ", \"addr\": \"h:1\""))),
              ElementsAre(HasSubstr("3:10: \"agent\": the node has an \"addr\" already")));
  EXPECT_THAT(problems_of(with_listen(dialling("a", "web-1", ", \"plaintext\": true"))),
              ElementsAre(HasSubstr("\"plaintext\": an agent that dials is known by its key")));
}

TEST(Links, AnAgentCanDialOnlyWhereTheServerListens) {
  EXPECT_THAT(
      problems_of(config_with_node(dialling("a", "web-1", ""))),
      ElementsAre(HasSubstr("3:10: \"agent\": no agent can dial this server without \"listen_agents\"")));
}

TEST(Links, AnAgentsNameIsPlain) {
  for (const char* name : {"", "-x", "a b", "a:1", "网站", "../x"}) {
    EXPECT_THAT(problems_of(with_listen(dialling("a", name, ""))),
                Contains(HasSubstr("cannot be the name of an agent")))
        << name;
  }
}

TEST(Links, OneAgentIsEncryptedOrNot) {
  EXPECT_THAT(problems_of(config_with_node(node("a", "[::1]:1", "\"plaintext\": true") + "}, {" +
                                           node("b", "[::1]:1", "\"plaintext\": false"))),
              ElementsAre(HasSubstr("4:14: \"plaintext\": the agent [::1]:1 is reached in plaintext by the "
                                    "node in line 1")));
}

}  // namespace
}  // namespace slipway::server::config
