package io.mlops4j.runtime.registry.store;

import static io.mlops4j.registry.VersionState.REMOVED;
import static io.mlops4j.runtime.registry.store.ChainHeads.aliasOf;
import static io.mlops4j.runtime.registry.store.ChainHeads.changesOf;
import static io.mlops4j.runtime.registry.store.ChainHeads.signaturesOf;
import static io.mlops4j.runtime.registry.store.ChainHeads.versionsOf;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.RegistryHead;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionTrust;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.Chain.Link;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Checks every digest and every link of a registry once, and continues after a break. */
final class Verifier {
  private final Storage storage;
  private final VersionStore versions;
  private final AliasStore aliases;
  private final Signing signing;
  private final VerifyOptions options;
  private final Clocks clocks;
  private final ProgressMeter meter;
  private final Map<String, RegistryHead.Entry> expected = new TreeMap<>();
  private final List<RegistryHead.Entry> ends = new ArrayList<>();
  private final List<Verification.Break> breaks = new ArrayList<>();
  private final Set<String> broken = new TreeSet<>();
  // Versions of the current model that are known to be removed, so that each costs no query.
  private Set<Integer> removed = Set.of();
  private long moreBreaks;
  private long versionsChecked;
  private long recordsChecked;

  /**
   * Creates a verification of the whole registry.
   *
   * @param signing the trusted signers, unless the options name others
   * @param clock this process's clock
   */
  Verifier(
      Storage storage,
      VersionStore versions,
      AliasStore aliases,
      Signing signing,
      Clock clock,
      VerifyOptions options) {
    this.storage = storage;
    this.versions = versions;
    this.aliases = aliases;
    this.options = options;
    this.clocks = new Clocks(clock.instant(), options.clockTolerance(), options.breaks());
    this.signing =
        options.trust().map(trust -> new Signing(null, trust, options.since())).orElse(signing);
    this.meter = ProgressMeter.of(options.listener(), 0, 0);
    options.expected().ifPresent(this::expect);
    expect(this.signing.since());
  }

  private void expect(RegistryHead head) {
    head.entries().stream()
        .filter(entry -> entry.chain().matches("(alias|changes|versions) .*"))
        .forEach(
            entry ->
                expected.merge(entry.chain(), entry, (a, b) -> a.number() >= b.number() ? a : b));
  }

  Verification verify() {
    for (String model : storage.everyModel()) {
      expect(() -> versions.last(model) + versions.states(model).chain().last());
      storage
          .aliases(model)
          .forEach(alias -> expect(() -> aliases.chain(model, alias).chain().last()));
    }
    for (String model : storage.everyModel()) {
      Known known = versions(model);
      changes(model, known);
      for (String alias : storage.aliases(model)) {
        alias(model, alias, known);
      }
    }
    for (RegistryHead.Entry lost : List.copyOf(expected.values())) {
      cut(lost, 0, storage.toString());
    }
    return new Verification(
        versionsChecked,
        recordsChecked,
        meter.bytes(),
        breaks,
        moreBreaks,
        clocks.jumps(),
        clocks.moreJumps(),
        RegistryHead.of(ends.stream().filter(end -> !broken.contains(end.chain())).toList()));
  }

  /** Adds steps to the progress. A chain that cannot be counted is reported as broken later. */
  private void expect(LongSupplier count) {
    try {
      meter.expect(count.getAsLong());
    } catch (IntegrityException e) {
      // The progress is less exact.
    }
  }

  /** A check that throws if stored bytes differ from the recorded ones. */
  private interface Check<T> {
    T run() throws IOException;
  }

  /** Runs a check. Returns null if it found a break. */
  private <T> @Nullable T check(String chain, long number, String place, Check<T> check) {
    try {
      return check.run();
    } catch (ClosedByInterruptException e) {
      throw new RegistryException(
          storage + ": interrupted while verifying; nothing was reported, verify again", e);
    } catch (IOException e) {
      broken(chain, number, place, String.valueOf(Storage.unreadable(place, e).getMessage()));
    } catch (RegistryException e) {
      if (meter.isRefusal(e) || storage.isAway(e)) {
        throw e; // a registry that cannot be reached is not broken
      }
      broken(chain, number, place, String.valueOf(e.getMessage()));
    }
    return null;
  }

  private void broken(String chain, long number, String place, String problem) {
    broken.add(chain);
    if (breaks.size() < options.breaks()) {
      breaks.add(new Verification.Break(chain, number, place, problem));
    } else {
      moreBreaks++;
    }
  }

  /** The intact versions up to a number. */
  private record Known(int last, Map<Integer, Proven> versions) {
    boolean isBroken(int number) {
      return number <= last && !versions.containsKey(number);
    }
  }

  /** A version and the digest of its manifest. A manifest itself may be large. */
  private record Proven(ModelVersion version, Digest manifest) {
    static Proven of(VersionStore.Stored stored) {
      return new Proven(stored.version(), stored.digest());
    }
  }

  private Known versions(String model) {
    String chain = versionsOf(model);
    int last = storage.lastAnew(model);
    Known known = new Known(last, new HashMap<>());
    VersionReader reader = storage.inOrder(model);
    removed = Set.of();
    Digest end = null;
    Clocks.Chain times = clocks.chain(chain);
    for (int number = 1; number <= last; number++) {
      meter.at(model + ":" + number);
      int each = number;
      String place = storage.place(model, number);
      VersionStore.Stored stored =
          check(chain, number, place, () -> versions.manifest(reader, model, each));
      if (stored != null) {
        known.versions().put(number, Proven.of(stored));
        Manifest manifest = stored.manifest();
        times.next(number, place, manifest.published(), manifest.publication().clock());
        check(chain, number, place, () -> content(reader, manifest));
        signatures(reader, manifest, place);
        end = VersionList.link(end, stored.digest());
      }
      versionsChecked++;
      meter.done();
      end(chain, number, last, end, place);
    }
    if (last == 0) {
      end(chain, 0, 0, null, storage.toString());
    }
    return known;
  }

  private void signatures(VersionReader reader, Manifest manifest, String place) {
    ModelVersion version = manifest.version();
    String chain = signaturesOf(version.name());
    VersionSignatures signatures = versions.signatures();
    List<String> names =
        check(chain, version.number(), place, () -> signatures.names(reader, version));
    for (String name : names == null ? List.<String>of() : names) {
      check(
          chain,
          version.number(),
          storage.signaturePlace(version, name),
          () -> signature(manifest, name));
    }
    if (options.versionTrust().isPresent()) {
      VersionTrust trust = options.versionTrust().get();
      check(
          chain,
          version.number(),
          place,
          () -> {
            Optional<String> refusal =
                trust.refusal(version, manifest.digests(), signatures.of(version));
            if (refusal.isPresent()) {
              throw new IntegrityException(refusal.get());
            }
            return true;
          });
    }
  }

  private boolean signature(Manifest manifest, String name) {
    VersionSignatures signatures = versions.signatures();
    try {
      return signatures.check(manifest, name);
    } catch (IntegrityException e) {
      if (signatures.names(manifest.version()).contains(name)) {
        throw e;
      }
      return true; // it was removed since its name was read
    }
  }

  private boolean content(VersionReader reader, Manifest manifest) throws IOException {
    ModelVersion version = manifest.version();
    versions.card(reader, manifest);
    reader.checkCopies(manifest);
    try {
      reader.checkFiles(version, manifest);
      if (options.bytes()) {
        for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
          storage.pass(
              version, file.getKey(), file.getValue(), piece -> meter.accept(piece.remaining()));
        }
      }
    } catch (IOException | RegistryException e) {
      if (meter.isRefusal(e)
          || (reader.hasFiles(version) && storage.hasFiles(version))
          || !mayBeRemoved(version)) {
        throw e;
      } // otherwise the files were removed, possibly during the check
    }
    return true;
  }

  private boolean mayBeRemoved(ModelVersion version) {
    try {
      if (!removed.contains(version.number())) {
        removed = versions.states(version.name()).in(state -> state == REMOVED).keySet();
      }
      return removed.contains(version.number());
    } catch (RegistryException e) {
      return true; // unknown; the broken chain of changes is reported itself
    }
  }

  /** Compares a chain with the expected head when it reaches the head's number. */
  private void end(String chain, long number, long last, @Nullable Digest digest, String place) {
    RegistryHead.Entry kept = expected.get(chain);
    if (kept != null && kept.number() == number) {
      expected.remove(chain);
      if (!kept.digest().equals(digest) && !broken.contains(chain)) {
        String problem =
            "%s: found %s, expected %s as in the head that was kept; the history up to there was "
                + "rewritten, restore it from a backup";
        broken(chain, number, place, problem.formatted(place, digest, kept.digest()));
      }
    }
    if (number == last) {
      cut(expected.get(chain), last, place);
      if (digest != null) {
        ends.add(new RegistryHead.Entry(chain, last, digest));
      }
    }
  }

  private void cut(RegistryHead.@Nullable Entry kept, long last, String place) {
    if (kept != null) {
      expected.remove(kept.chain());
      String found = last == 0 ? "nothing" : "the end at number " + last;
      String problem =
          "%s: found %s of %s, expected number %s as in the head that was kept; the end was cut "
              + "off, restore it from a backup";
      broken(
          kept.chain(),
          last + 1,
          place,
          problem.formatted(place, found, kept.chain(), kept.number()));
    }
  }

  private void changes(String model, Known known) {
    Chain<VersionRecord> chain = versions.states(model).chain();
    walk(
        model,
        changesOf(model),
        chain,
        (record, place) -> {
          for (ModelVersion version : record.versions()) {
            checkNamed(place, known, version, null);
          }
        });
  }

  private void alias(String model, String alias, Known known) {
    walk(
        model,
        aliasOf(model, alias),
        aliases.chain(model, alias).chain(),
        (named, place) -> {
          if (named.record().to() != null) {
            checkNamed(place, known, named.record().to(), named.manifest());
          }
        });
  }

  /** Checks that a record names an existing version with this manifest. */
  private void checkNamed(
      String record, Known known, ModelVersion version, @Nullable Digest manifest) {
    if (known.isBroken(version.number())) {
      return; // reported with the version
    }
    Proven stored =
        known
            .versions()
            .computeIfAbsent(version.number(), number -> Proven.of(versions.find(version)));
    if (!stored.version().equals(version)
        || (manifest != null && !stored.manifest().equals(manifest))) {
      String expected =
          "the stored ones, %s and %s; card or files were exchanged, restore the version from a "
              + "backup";
      throw Problems.broken(
          record,
          "a record that names %s with bytes %s%s"
              .formatted(
                  version, version.digest(), manifest == null ? "" : " and manifest " + manifest),
          expected.formatted(stored.version().digest(), stored.manifest()));
    }
  }

  /** Checks all records of a chain, named as in heads. */
  private <T> void walk(
      String model, String name, Chain<T> chain, BiConsumer<T, String> recordCheck) {
    Long last = check(name, 1, chain.place(1), chain::last);
    if (last == null) {
      return;
    }
    SignatureChecker signatures = signing.checker(model, name);
    Clocks.Chain times = clocks.chain(name);
    LongFunction<Link<T>> reader = chain.inOrder();
    Link<T> before = null;
    for (long number = 1; number <= last; number++) {
      meter.at(name);
      long each = number;
      String place = chain.place(number);
      Link<T> next = check(name, number, place, () -> reader.apply(each));
      if (next != null) {
        times.next(number, place, next.header().at(), next.header().clock());
        Link<T> known = before;
        check(
            name,
            number,
            place,
            () -> {
              if (known != null || each == 1) { // after a broken record the link is not a break
                chain.checkLink(known, next);
                recordCheck.accept(next.record(), place);
              }
              signatures.check(next, place);
              return true;
            });
      }
      before = next;
      recordsChecked++;
      meter.done();
      end(name, number, last, next == null ? null : next.digest(), place);
    }
    if (last == 0) {
      end(name, 0, 0, null, chain.place(1));
    }
  }
}
