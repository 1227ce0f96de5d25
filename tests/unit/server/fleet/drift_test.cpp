#include "server/fleet/drift.h"

#include <gtest/gtest.h>

namespace slipway::server::fleet {
namespace {

using store::Deployed;
using store::Standing;
using wire::WorkingCopyStatus;

const Standing deployed{.left = Deployed{4, "r2"}, .good = Deployed{4, "r2"}};
const Deployed current{4, "r2"};

std::vector<DriftReason> reasons(const WorkingCopyStatus& status, const std::string& branch = "main") {
  const auto drift = drift_of(deployed, branch, status);
  return drift ? drift->reasons : std::vector<DriftReason>{};
}

TEST(Drift, IsNoneWhereANodeIsAsItWasLeft) {
  EXPECT_EQ(drift_of(deployed, "main", {.revision = "r2", .branch = "main"}), std::nullopt);
}

TEST(Drift, IsNoneWhereNothingWasDeployed) {
  EXPECT_EQ(drift_of({}, "main", {.revision = "r1", .branch = "main", .modified_total = 3}), std::nullopt);
}

TEST(Drift, IsNoneWhileAnOrderIsAtWork) {
  Standing busy = deployed;
  busy.at_work = true;
  EXPECT_EQ(drift_of(busy, "main", {.revision = "r3"}), std::nullopt);
  EXPECT_FALSE(is_behind({.at_work = true}, current));
}

TEST(Drift, SaysWhatDiffers) {
  const auto drift =
      drift_of(deployed, "main", {.revision = "r9", .branch = "hotfix", .modified_total = 123});
  ASSERT_TRUE(drift);
  EXPECT_EQ(drift->expected, "r2");
  EXPECT_EQ(drift->revision, "r9");
  EXPECT_EQ(drift->modified_total, 123U);
  EXPECT_EQ(drift->reasons, (std::vector{DriftReason::revision, DriftReason::branch, DriftReason::modified}));
}

TEST(Drift, IsEachDifferenceAlone) {
  EXPECT_EQ(reasons({.revision = "r1", .branch = "main"}), std::vector{DriftReason::revision});
  EXPECT_EQ(reasons({.revision = "r2", .branch = "hotfix"}), std::vector{DriftReason::branch});
  EXPECT_EQ(reasons({.revision = "r2", .modified_total = 1}), std::vector{DriftReason::modified});
}

TEST(Drift, IsSeenWhereTheWorkingCopyIsGone) {
  const auto drift = drift_of(deployed, "main", {});
  ASSERT_TRUE(drift);
  EXPECT_EQ(drift->revision, std::nullopt);
}

TEST(Drift, DoesNotComeFromABranchThatIsNotKnownOrNotConfigured) {
  EXPECT_TRUE(reasons({.revision = "r2", .branch = std::nullopt}).empty());
  EXPECT_TRUE(reasons({.revision = "r2", .branch = "hotfix"}, "").empty());
}

TEST(Behind, IsWhatHasNotGotTheAppsRevision) {
  EXPECT_FALSE(is_behind(deployed, current));
  EXPECT_TRUE(is_behind({.left = Deployed{3, "r1"}, .good = Deployed{3, "r1"}}, current));
  EXPECT_TRUE(is_behind({}, current)) << "never deployed to";
  EXPECT_FALSE(is_behind({}, std::nullopt)) << "nothing was deployed anywhere";
}

TEST(Behind, IsAlsoWhatFailedAfterTheSwitch) {
  EXPECT_TRUE(is_behind({.left = Deployed{4, "r2"}, .good = Deployed{3, "r1"}}, current));
}

TEST(Behind, IsNotWhatADeploymentThatStillRunsHasBroughtFurther) {
  EXPECT_FALSE(is_behind({.left = Deployed{5, "r3"}, .good = Deployed{5, "r3"}}, current));
}

TEST(Behind, IsNotWhatHasTheSameRevisionFromAnotherDeployment) {
  EXPECT_FALSE(is_behind({.left = Deployed{2, "r2"}, .good = Deployed{2, "r2"}}, current));
}

}  // namespace
}  // namespace slipway::server::fleet
