// What somebody must be allowed to use a route. Every route of the table has one: there is no default, so
// that a route without it does not compile.
#pragma once

#include "server/access/model.h"

namespace slipway::server::http {

class Need {
 public:
  // Which app the right has to be for.
  enum class Of { server, app, deployment };
  enum class Who { anyone, account, person };

  constexpr Need(Who who, access::Role least, Of of) : who_(who), least_(least), of_(of) {}

  constexpr bool nobody() const { return who_ == Who::anyone; }
  // An API token is not enough: what a stolen one can do ends with it.
  constexpr bool in_person() const { return who_ == Who::person; }
  constexpr access::Role least() const { return least_; }
  constexpr Of of() const { return of_; }

 private:
  Who who_;
  access::Role least_;
  Of of_;
};

// Without any credentials.
inline constexpr Need open_to_all{Need::Who::anyone, access::Role::viewer, Need::Of::server};
// About oneself.
inline constexpr Need own{Need::Who::account, access::Role::viewer, Need::Of::server};
inline constexpr Need own_in_person{Need::Who::person, access::Role::viewer, Need::Of::server};
// What is shown is limited to the reader's apps by the handler.
inline constexpr Need viewer{Need::Who::account, access::Role::viewer, Need::Of::server};
inline constexpr Need app_viewer{Need::Who::account, access::Role::viewer, Need::Of::app};
inline constexpr Need deployment_viewer{Need::Who::account, access::Role::viewer, Need::Of::deployment};
inline constexpr Need app_deployer{Need::Who::account, access::Role::deployer, Need::Of::app};
inline constexpr Need deployment_deployer{Need::Who::account, access::Role::deployer, Need::Of::deployment};
inline constexpr Need admin_in_person{Need::Who::person, access::Role::admin, Need::Of::server};
inline constexpr Need admin{Need::Who::account, access::Role::admin, Need::Of::server};

}  // namespace slipway::server::http
