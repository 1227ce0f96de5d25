// A database of its own, and shorthands.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temp_dir.h"
#include "server/access/audit.h"
#include "server/access/changes.h"
#include "server/access/tables.h"
#include "server/store/sql.h"
#include "server/store/store.h"

namespace slipway::server::access {

class PeopleTest : public testing::Test {
 protected:
  soci::session& sql() { return store_->session(); }

  Account add(std::string name, Role role = Role::viewer, Apps apps = {}) {
    return add_account(sql(), {std::move(name), role, std::move(apps), "hash"}).value();
  }

  slipway::test::TempDir dir_;
  std::unique_ptr<store::Store> store_ = store::Store::open(dir_.path()).value();
};

}  // namespace slipway::server::access
