package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.runtime.serving.HeldRows;
import io.mlops4j.runtime.serving.ServingModel;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The record classes of a row model. Keys with lookups of equal access are equal. */
final class RowKey {
  private final MethodHandles.@Nullable Lookup lookup;
  private final Class<? extends Record> in;
  private final Class<? extends Record> out;
  private final List<@Nullable Object> identity;
  private volatile @Nullable RecordParts inputParts;

  RowKey(
      MethodHandles.@Nullable Lookup lookup,
      Class<? extends Record> in,
      Class<? extends Record> out) {
    this.lookup = lookup;
    this.in = Objects.requireNonNull(in, "in");
    this.out = Objects.requireNonNull(out, "out");
    this.identity =
        Arrays.asList(
            lookup == null ? null : lookup.lookupClass(),
            lookup == null ? null : lookup.lookupModes(),
            in,
            out);
  }

  MethodHandles.@Nullable Lookup lookup() {
    return lookup;
  }

  Class<? extends Record> in() {
    return in;
  }

  /**
   * The components of records that a model was called with.
   *
   * @throws IllegalStateException if the record is not open to this library
   */
  RecordParts inputParts() {
    RecordParts known = inputParts;
    if (known == null) {
      known = RecordParts.ofInput(this);
      inputParts = known;
    }
    return known;
  }

  Class<? extends Record> out() {
    return out;
  }

  HeldRows<?, ?> bind(ServingModel model) {
    return model.rowsHeld(lookup, in, out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowKey that && identity.equals(that.identity);
  }

  @Override
  public int hashCode() {
    return identity.hashCode();
  }
}
