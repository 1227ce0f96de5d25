// The rows and pages of the past: what retention looks at, and its removal in pieces that keep nobody
// waiting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "server/store/retention.h"

namespace soci {
class session;
}

namespace slipway::server::store {

// Every deployment that has ended and is settled, the oldest first.
std::vector<Past> select_past(soci::session& sql);

// What is in use of the database file, and the output that is kept.
std::uint64_t database_bytes(soci::session& sql);
std::uint64_t kept_output_bytes(soci::session& sql);

// Some events of the deployment; false when there were none left.
bool delete_some_events(soci::session& sql, std::int64_t deployment);

// Some events of the fleet, which were told before `older_than` or are more than are kept; false when there
// were none.
bool delete_some_fleet_events(soci::session& sql, std::optional<base::Time> older_than);

// The name of an output of the deployment that is still kept.
std::optional<std::string> kept_output(soci::session& sql, std::int64_t deployment);
void mark_output_removed(soci::session& sql, std::int64_t deployment, const std::string& name);

void delete_deployment(soci::session& sql, std::int64_t id);

// Of the events with a smaller or the same id some are gone; those of output do not count.
std::int64_t events_removed_up_to(soci::session& sql);

// Gives some pages that nothing is in back to the file system; false when there were none.
bool return_some_pages(soci::session& sql);

}  // namespace slipway::server::store
