package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ProgressListener;
import io.mlops4j.registry.VersionState;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.document.Json;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.ChangeJson;
import io.mlops4j.runtime.registry.store.Problems;
import io.mlops4j.runtime.registry.store.Records;
import io.mlops4j.runtime.registry.store.Signing;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import io.mlops4j.runtime.registry.store.VersionCopy;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Copies a registry into another one, for example from a folder into a database. Versions retain
 * their numbers, digests, cards and times. Every record of aliases and states is copied byte for
 * byte, so {@link ModelRegistry#head} of both registries is the same. Signatures are copied, leases
 * are not. Signed records stay trusted in the copy. If both registries accept changes afterwards,
 * sign each with its own key. Otherwise records of one could be passed off as records of the other.
 *
 * <p>A copy only adds what is missing, so it can be repeated after a crash or to copy later
 * changes. The target is usable when the copy has ended. A target with other or more content is
 * refused before anything is written. Nobody else may write the target during the copy. Changes of
 * the source during the copy may be missing from the target. Immutable. {@link #run} is not thread
 * safe.
 */
public final class RegistryCopy {
  private final StoredRegistry from;
  private final StoredRegistry to;
  private final @Nullable ProgressListener listener;

  private RegistryCopy(
      StoredRegistry from, StoredRegistry to, @Nullable ProgressListener listener) {
    this.from = from;
    this.to = to;
    this.listener = listener;
  }

  /**
   * The result of a copy.
   *
   * @param versions the number of copied versions
   * @param records the number of copied records of aliases and states
   * @param bytes the number of copied bytes of models
   */
  public record Copied(long versions, long records, long bytes) {}

  /**
   * Returns a copy without a listener.
   *
   * @param from an open registry of this library; only read
   * @param to another open registry of this library
   * @return the copy, which {@link #run} starts
   * @throws IllegalArgumentException if one of them is not a registry of this library
   */
  public static RegistryCopy of(ModelRegistry from, ModelRegistry to) {
    return new RegistryCopy(own("from", from), own("to", to), null);
  }

  private static StoredRegistry own(String what, ModelRegistry registry) {
    if (Objects.requireNonNull(registry, what) instanceof StoredRegistry stored) {
      return stored;
    }
    throw new IllegalArgumentException(
        what
            + ": found "
            + registry.getClass().getName()
            + ", expected a registry opened by FileModelRegistry or JdbcModelRegistry");
  }

  /**
   * Adds a listener to the progress. The listener can end the copy by throwing an exception.
   *
   * @param listener called on the copying thread; replaces an earlier one
   * @return a changed copy
   */
  public RegistryCopy listener(ProgressListener listener) {
    return new RegistryCopy(from, to, Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Copies everything that is missing from the target.
   *
   * @return the numbers of copied versions, records and bytes
   * @throws io.mlops4j.error.IntegrityException if the source is damaged; the target retains what
   *     was copied before
   * @throws RegistryException if the target has other content, or cannot be written
   */
  public Copied run() {
    refuseOthers("", from.storage().everyModel(), to.storage().everyModel());
    List<Part> parts = new ArrayList<>();
    for (String model : from.storage().everyModel()) {
      parts.add(new Versions(model));
      parts.add(new Changes(model));
      refuseOthers(model + "@", from.storage().aliases(model), to.storage().aliases(model));
      for (String alias : from.storage().aliases(model)) {
        parts.add(new Chained(model + "@" + alias, storage -> storage.aliasRecords(model, alias)));
      }
    }
    parts.forEach(Part::compare);
    if (parts.stream().anyMatch(Part::deletes)) {
      to.storage().allowDeletions();
    }
    long total = parts.stream().mapToLong(Part::missing).sum();
    long bytes = listener == null ? 0 : parts.stream().mapToLong(Part::missingBytes).sum();
    ProgressMeter meter = ProgressMeter.of(Optional.ofNullable(listener), total, bytes);
    Copied copied = new Copied(0, 0, 0);
    for (Part part : parts) {
      copied = part.copy(copied, meter);
    }
    return new Copied(copied.versions(), copied.records(), meter.bytes());
  }

  private static void refuseOthers(String prefix, List<String> source, List<String> target) {
    for (String name : target) {
      if (!source.contains(name)) {
        throw differs(prefix + name, prefix.isEmpty() ? "a model" : "an alias", "none");
      }
    }
  }

  private static RegistryException differs(String name, String found, String expected) {
    return Problems.refused(
        name,
        found + " in the registry to copy into",
        expected
            + " as in the one to copy; copy into an empty registry, or into an earlier copy that "
            + "nobody else has written");
  }

  /** A numbered sequence. The target may already contain its beginning. */
  private abstract static class Part {
    final String name;

    Part(String name) {
      this.name = name;
    }

    abstract long last(boolean source);

    abstract boolean isSame(long number);

    abstract Copied copy(Copied before, ProgressMeter meter);

    /** Returns whether older libraries, which ignore deletions, must not open the target. */
    boolean deletes() {
      return false;
    }

    long missing() {
      return Math.max(0, last(true) - last(false));
    }

    long missingBytes() {
      return 0;
    }

    void compare() {
      long there = last(false);
      if (there > last(true)) {
        throw differs("number " + there, "at most " + last(true));
      }
      for (long number = 1; number <= there; number++) {
        if (!isSame(number)) {
          throw differs("another number " + number, "the same");
        }
      }
    }

    RegistryException differs(String found, String expected) {
      return RegistryCopy.differs(name, found, expected);
    }
  }

  private final class Versions extends Part {
    private final VersionStore versions =
        new VersionStore(from.storage(), Signing.NONE, Clock.systemUTC());

    Versions(String model) {
      super(model);
    }

    @Override
    long last(boolean source) {
      return (source ? from : to).storage().lastAnew(name);
    }

    @Override
    boolean isSame(long at) {
      int number = (int) at;
      return Arrays.equals(
              from.storage().manifest(name, number), to.storage().manifest(name, number))
          && Arrays.equals(from.storage().card(name, number), to.storage().card(name, number));
    }

    @Override
    long missingBytes() {
      long bytes = 0;
      for (int number = (int) last(false) + 1; number <= last(true); number++) {
        VersionStore.Stored stored = versions.manifest(name, number);
        if (from.storage().hasFiles(stored.version())) {
          bytes += stored.manifest().bytes();
        }
      }
      return bytes;
    }

    @Override
    Copied copy(Copied before, ProgressMeter meter) {
      long copied = before.versions();
      for (int number = (int) last(false) + 1; number <= last(true); number++) {
        meter.at(name + ":" + number);
        VersionStore.Stored stored = versions.manifest(name, number);
        versions.card(stored.manifest());
        try {
          if (!to.storage().put(new VersionCopy(from.storage(), stored, meter))) {
            throw differs("a number " + number + " that somebody else published", "nobody");
          }
        } catch (IOException e) {
          throw to.storage().cannotStore(stored.version().toString(), e);
        }
        copied++;
        meter.done();
      }
      for (int number = 1; number <= last(true); number++) {
        copySignatures(versions.manifest(name, number).version());
      }
      return new Copied(copied, before.records(), 0);
    }

    /** Called for existing versions too, because a signature can be added at any time. */
    private void copySignatures(ModelVersion version) {
      List<String> there = to.storage().signatures(version);
      for (String signature : from.storage().signatures(version)) {
        if (!there.contains(signature)) {
          byte[] bundle = from.storage().signature(version, signature);
          to.storage().putSignature(version, signature, bundle);
        }
      }
    }
  }

  private class Chained extends Part {
    final Records source;
    private final Records target;

    Chained(String name, Function<Storage, Records> chains) {
      super(name);
      this.source = chains.apply(from.storage());
      this.target = chains.apply(to.storage());
    }

    @Override
    long last(boolean source) {
      return (source ? this.source : target).last(0);
    }

    @Override
    boolean isSame(long number) {
      return Arrays.equals(source.read(number), target.read(number));
    }

    /** Returns whether a record removes an alias or retires a model. */
    private static boolean removes(String place, byte[] document) {
      return Document.read(place, document, json -> json.count("record")) > 1;
    }

    @Override
    Copied copy(Copied before, ProgressMeter meter) {
      long copied = before.records();
      for (long number = last(false) + 1; number <= last(true); number++) {
        meter.at(name);
        byte[] document = source.read(number);
        String problem = Json.sealProblem(document);
        if (problem != null) {
          throw Document.damaged(source.place(number), problem);
        }
        if (removes(source.place(number), document)) {
          to.storage().allowRemovals();
        }
        if (!target.claim(number, document)) {
          throw differs("a number " + number + " that somebody else wrote", "nobody");
        }
        copied++;
        meter.done();
      }
      return new Copied(before.versions(), copied, 0);
    }
  }

  private final class Changes extends Chained {
    private final ChangeJson form;

    Changes(String model) {
      super("the changes of " + model, storage -> storage.changeRecords(model));
      this.form = new ChangeJson(model);
    }

    @Override
    boolean deletes() {
      return LongStream.rangeClosed(1, last(true)).anyMatch(this::deletes);
    }

    private boolean deletes(long number) {
      return Document.readSealed(
                  source.place(number), source.read(number), json -> form.read(json, number))
              .state()
              .compareTo(VersionState.DELETED)
          >= 0;
    }
  }
}
