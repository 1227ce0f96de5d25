// Releases share unchanged files by hard links. A hook that writes into such a file in place, instead of
// making a new one and renaming it, has written into earlier releases as well: they get back what they had.
#pragma once

#include "vcs/release_book.h"
#include "vcs/release_content.h"

namespace slipway::vcs {

// `release` is the one that hooks had their hands on; what they did to it stays. Tells a note where something
// was repaired. Without the network: the revision is on this host.
asio::awaitable<base::Result<>> repair_others(ReleaseBook book, Release release, ReleaseContent& content,
                                              Io& io);

}  // namespace slipway::vcs
