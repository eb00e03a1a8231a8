package io.mlops4j.flink;

import io.mlops4j.monitor.profile.Profile;
import java.time.Instant;
import java.util.List;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The comparison of the rows of one window, which one version answered, with the reference. The
 * bytes are shared; do not write to them.
 *
 * @param version the version that answered, {@code name:number}
 * @param start the first event time of the window
 * @param end the end of the window, exclusive
 * @param rows the number of rows, over all subtasks
 * @param drifted the features and outputs that differ from the reference, by the default policy
 * @param profile the profile of the rows, for {@link #rowsOfWindow}
 */
@SuppressWarnings("ArrayRecordComponent") // a text of the bytes would be longer
public record WindowDrift(
    String version, Instant start, Instant end, long rows, List<String> drifted, byte[] profile) {
  /**
   * Returns the profile of the rows, for example for {@link
   * io.mlops4j.monitor.drift.DriftReport#compare(Profile, Profile)} or to merge it with that of
   * another window.
   *
   * @return the features and outputs in the bins of the reference
   */
  public Profile rowsOfWindow() {
    return Profile.fromBytes(profile);
  }

  static TypeInformation<WindowDrift> type() {
    return RecordTypes.of(
        WindowDrift.class,
        List.of(
            Types.STRING,
            Types.INSTANT,
            Types.INSTANT,
            Types.LONG,
            Types.LIST(Types.STRING),
            PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
  }

  /** Returns the window in words, without the bytes. */
  @Override
  public String toString() {
    return "%s, %s to %s: %d rows, drifted: %s".formatted(version, start, end, rows, drifted);
  }
}
