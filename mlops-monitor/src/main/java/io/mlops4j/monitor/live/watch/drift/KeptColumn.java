package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.profile.Profile;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The profile of a column in an ended window, to compare later windows with. Numbers are packed.
 */
final class KeptColumn {
  private final @Nullable PackedNumbers packed;
  private final @Nullable Profile whole; // null if it is packed

  private KeptColumn(@Nullable PackedNumbers packed, @Nullable Profile whole) {
    this.packed = packed;
    this.whole = whole;
  }

  /**
   * Keeps a profile of one column.
   *
   * @param before an earlier window of the column, or null
   */
  static KeptColumn of(Profile profile, @Nullable KeptColumn before) {
    PackedNumbers packed = PackedNumbers.of(profile, before == null ? null : before.packed);
    return new KeptColumn(packed, packed == null ? profile : null);
  }

  Profile profile() {
    return packed == null ? Objects.requireNonNull(whole) : packed.profile();
  }
}
