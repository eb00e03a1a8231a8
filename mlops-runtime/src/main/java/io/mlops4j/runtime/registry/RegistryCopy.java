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
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Records;
import io.mlops4j.runtime.registry.store.Signing;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import io.mlops4j.runtime.registry.store.VersionCopy;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Copies a registry into another one, as from a folder into a database: versions with their
 * numbers, digests, cards and times, and every record of their aliases and states, byte for byte,
 * so that {@link ModelRegistry#head} of both is the same; and signatures. Signed records are
 * believed in the copy as they were; who goes on writing both should sign each with a key of its
 * own, or records of one could be passed off as the other's. Leases are not copied.
 *
 * <p>It only adds what is not there, so it can be run again: after a crash, or to take along what
 * came since. A target is fit for use when the copy has ended. One that holds something else, or
 * more, is refused before anything is written. While it runs, nobody else may write the target;
 * what is written to the source meanwhile is copied or not. Immutable; {@link #run} is for one
 * thread.
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
   * What was copied.
   *
   * @param versions how many versions
   * @param records how many records of aliases and of states
   * @param bytes how many bytes of models
   */
  public record Copied(long versions, long records, long bytes) {}

  /**
   * A copy that nobody is told of.
   *
   * @param from an open registry of this library; only read
   * @param to another one
   * @return what {@link #run} runs
   * @throws IllegalArgumentException if one of them is of a foreign kind
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
            + ", expected what FileModelRegistry or JdbcModelRegistry opened");
  }

  /**
   * Tells somebody how many versions, records and bytes are copied, who may also end it.
   *
   * @param listener told on the copying thread; replaces one given before
   * @return a changed copy
   */
  public RegistryCopy listener(ProgressListener listener) {
    return new RegistryCopy(from, to, Objects.requireNonNull(listener, "listener"));
  }

  /**
   * Copies what is not there yet.
   *
   * @return what was copied; what was there already is not counted
   * @throws io.mlops4j.error.IntegrityException if the source is damaged; what was copied before
   *     stays
   * @throws RegistryException if the target holds something else, or cannot be written
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
    return new RegistryException(
        name
            + ": found "
            + found
            + " in the registry to copy into, expected "
            + expected
            + " as in the one to copy; copy into an empty registry, or into an earlier copy that "
            + "nobody else has written",
        null);
  }

  /** Something numbered of which the target may have a beginning. */
  private abstract static class Part {
    final String name;

    Part(String name) {
      this.name = name;
    }

    abstract long last(boolean source);

    abstract boolean isSame(long number);

    abstract Copied copy(Copied before, ProgressMeter meter);

    /** Whether it must be kept from libraries that know of no deletions. */
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
    private final VersionStore versions = new VersionStore(from.storage(), Signing.NONE);

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
          bytes +=
              stored.manifest().files().values().stream().mapToLong(Manifest.Entry::bytes).sum();
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

    /** They may be added at any time, so those of versions that were there are looked at, too. */
    private void copySignatures(ModelVersion version) {
      List<String> there = to.storage().signatures(version);
      for (String signature : from.storage().signatures(version)) {
        if (!there.contains(signature)) {
          try {
            byte[] bundle = from.storage().signature(version, signature);
            to.storage().putSignature(version, signature, bundle);
          } catch (IOException e) {
            throw to.storage().cannotStore("a signature of " + version, e);
          }
        }
      }
    }
  }

  private interface Chains {
    Records of(Storage storage);
  }

  private class Chained extends Part {
    final Records source;
    private final Records target;

    Chained(String name, Chains chains) {
      super(name);
      this.source = chains.of(from.storage());
      this.target = chains.of(to.storage());
    }

    @Override
    long last(boolean source) {
      return (source ? this.source : target).last(0);
    }

    @Override
    boolean isSame(long number) {
      return Arrays.equals(source.read(number), target.read(number));
    }

    /** Whether it must be kept from libraries that know neither removed aliases nor models. */
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
        try {
          if (!target.claim(number, document)) {
            throw differs("a number " + number + " that somebody else wrote", "nobody");
          }
        } catch (IOException e) {
          throw to.storage().cannotStore(name, e);
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
