#include "server/store/ledger.h"

#include "server/store/fixture.h"

namespace slipway::server::store {
namespace {

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    ledger.on_change([this](const std::string& app, const std::optional<std::string>& alias) {
      told.push_back(app + "/" + alias.value_or("*"));
    });
  }

  static Deployment deployment(std::int64_t id, std::string revision) {
    Deployment made = test::make_deployment(id);
    made.revision = std::move(revision);
    return made;
  }

  // The node's end, and what it then stands on.
  void end(Deployment& deployment, const std::string& alias, NodeState state, const std::string& stands_on) {
    DeploymentNode& node = *deployment.find_node(alias);
    node.state = state;
    node.delivery = Delivery::settled;
    if (!stands_on.empty()) node.revision_after = stands_on;
    ledger.take(deployment, node, rows);
  }

  void end(Deployment& deployment, DeploymentState state) {
    deployment.state = state;
    ledger.take(deployment, rows);
  }

  Standing of(const std::string& alias) const { return ledger.of("shop", alias); }

  Ledger ledger;
  LedgerRows rows;
  std::vector<std::string> told;
};

TEST_F(LedgerTest, KnowsNothingOfWhatWasNeverDeployed) {
  EXPECT_EQ(of("web1"), Standing{});
  EXPECT_EQ(ledger.current("shop"), std::nullopt);
}

TEST_F(LedgerTest, KnowsWhatSucceeded) {
  Deployment four = deployment(4, "r2");
  end(four, "web1", NodeState::succeeded, "r2");
  EXPECT_EQ(of("web1").left, (Deployed{4, "r2"}));
  EXPECT_EQ(of("web1").good, (Deployed{4, "r2"}));
  EXPECT_EQ(ledger.current("shop"), std::nullopt) << "the deployment has not ended";
  end(four, "web2", NodeState::offline, "");
  end(four, DeploymentState::partial);
  EXPECT_EQ(ledger.current("shop"), (Deployed{4, "r2"}));
  EXPECT_EQ(of("web2"), Standing{});
  EXPECT_EQ(told, (std::vector<std::string>{"shop/web1", "shop/*"}));
}

TEST_F(LedgerTest, TellsWhatFailedAfterTheSwitchFromWhatIsGood) {
  Deployment four = deployment(4, "r2");
  end(four, "web1", NodeState::succeeded, "r2");
  Deployment five = deployment(5, "r3");
  end(five, "web1", NodeState::failed, "r3");
  end(five, DeploymentState::failed);
  EXPECT_EQ(of("web1").left, (Deployed{5, "r3"}));
  EXPECT_EQ(of("web1").good, (Deployed{4, "r2"}));
  EXPECT_EQ(ledger.current("shop"), std::nullopt) << "it succeeded nowhere";
}

TEST_F(LedgerTest, IsNotChangedByWhatFailedBeforeTheSwitch) {
  Deployment four = deployment(4, "r2");
  end(four, "web1", NodeState::succeeded, "r2");
  Deployment five = deployment(5, "r3");
  five.nodes[0].revision_before = "changed by hand";
  end(five, "web1", NodeState::failed, "changed by hand");
  EXPECT_EQ(of("web1").left, (Deployed{4, "r2"}));
}

TEST_F(LedgerTest, ExpectsTheOldRevisionOfWhatWentBack) {
  Deployment four = deployment(4, "r2");
  end(four, "web1", NodeState::succeeded, "r2");
  end(four, DeploymentState::succeeded);
  Deployment five = deployment(5, "r3");
  end(five, "web1", NodeState::succeeded, "r3");
  end(five, "web1", NodeState::rolled_back, "r2");
  end(five, DeploymentState::rolled_back);
  EXPECT_EQ(of("web1").left, (Deployed{5, "r2"}));
  EXPECT_EQ(of("web1").good, (Deployed{0, "r2"}));
  EXPECT_EQ(ledger.current("shop"), (Deployed{4, "r2"}));
}

TEST_F(LedgerTest, HasNothingGoodOfWhatCouldNotGoBack) {
  Deployment five = deployment(5, "r3");
  end(five, "web1", NodeState::succeeded, "r3");
  end(five, "web1", NodeState::failed, "r3");
  EXPECT_EQ(of("web1").good, std::nullopt);
}

TEST_F(LedgerTest, IsNotChangedByWhatIsLearnedLateOfAnOlderDeployment) {
  Deployment four = deployment(4, "r2");
  Deployment five = deployment(5, "r3");
  end(five, "web1", NodeState::succeeded, "r3");
  end(four, "web1", NodeState::interrupted, "r2");
  EXPECT_EQ(of("web1").left, (Deployed{5, "r3"}));
}

TEST_F(LedgerTest, SeesAnOrderAtWorkUntilItIsSettled) {
  Deployment four = deployment(4, "r2");
  DeploymentNode& node = four.nodes.front();
  node.state = NodeState::running;
  node.delivery = Delivery::accepted;
  ledger.take(four, node, rows);
  EXPECT_TRUE(of("web1").at_work);
  node.state = NodeState::offline;
  ledger.take(four, node, rows);
  EXPECT_TRUE(of("web1").at_work) << "lost, but maybe still at work";
  end(four, "web1", NodeState::succeeded, "r2");
  EXPECT_FALSE(of("web1").at_work);
}

TEST_F(LedgerTest, TellsAndStoresOnlyWhatChanged) {
  Deployment four = deployment(4, "r2");
  end(four, "web1", NodeState::succeeded, "r2");
  const std::size_t before = told.size();
  const std::size_t stored = rows.nodes.size();
  end(four, "web1", NodeState::succeeded, "r2");
  EXPECT_EQ(told.size(), before);
  EXPECT_EQ(rows.nodes.size(), stored);
}

TEST_F(LedgerTest, IsTheSameAfterARestart) {
  Deployment four = deployment(4, "r2");
  end(four, "web1", NodeState::succeeded, "r2");
  end(four, "web2", NodeState::failed, "r1");
  end(four, DeploymentState::partial);
  const slipway::test::TempDir dir;
  const auto written = test::open_store(dir.path())->write({.ledger = rows});
  ASSERT_TRUE(written) << written.error().message;
  Ledger again;
  again.load(test::open_store(dir.path())->ledger());
  for (const auto* alias : {"web1", "web2"}) EXPECT_EQ(again.of("shop", alias), of(alias));
  EXPECT_EQ(again.current("shop"), ledger.current("shop"));
}

}  // namespace
}  // namespace slipway::server::store
