// A new working copy is made beside its place and moved there as a whole: what is half done never has the
// name under which it is served.
#pragma once

#include <string>

#include "vcs/place.h"

namespace slipway::vcs {

class Staging {
 public:
  // Makes the directories above the place and removes what orders that died left beside it.
  static base::Result<Staging> create(const Place& place, const std::string& order_id);
  Staging(Staging&& other) noexcept;
  Staging& operator=(Staging&&) = delete;
  ~Staging();  // removes it, unless it was moved into place

  const fs::path& directory() const { return directory_; }
  base::Result<> move_into_place();

 private:
  Staging(Place place, fs::path directory) : place_(std::move(place)), directory_(std::move(directory)) {}

  Place place_;
  fs::path directory_;
};

}  // namespace slipway::vcs
