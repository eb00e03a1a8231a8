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
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.AliasJson.Named;
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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One pass over a registry that checks every digest and every link, and goes on after a break. */
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
  private long moreBreaks;
  private long versionsChecked;
  private long recordsChecked;

  private Verifier(
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

  /**
   * Verifies.
   *
   * @param signing whose records are believed, unless the options say so
   * @param clock this process's clock
   */
  static Verification verify(
      Storage storage,
      VersionStore versions,
      AliasStore aliases,
      Signing signing,
      Clock clock,
      VerifyOptions options) {
    return new Verifier(storage, versions, aliases, signing, clock, options).verify();
  }

  private Verification verify() {
    for (String model : storage.everyModel()) {
      expect(() -> versions.last(model) + versions.states(model).chain().last());
      aliases.names(model).forEach(alias -> expect(() -> aliases.chain(model, alias).last()));
    }
    for (String model : storage.everyModel()) {
      Known known = versions(model);
      changes(model, known);
      for (String alias : aliases.names(model)) {
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

  /** Adds to the work ahead; what cannot be counted is found broken later. */
  private void expect(LongSupplier count) {
    try {
      meter.expect(count.getAsLong());
    } catch (IntegrityException e) {
      // The progress is less exact.
    }
  }

  /** Something that throws when it is not as it was recorded. */
  private interface Check<T> {
    T run() throws IOException;
  }

  /** Null when it is broken. */
  private <T> @Nullable T check(String chain, long number, String place, Check<T> check) {
    try {
      return check.run();
    } catch (ClosedByInterruptException e) {
      throw new RegistryException(
          storage
              + ": found the thread interrupted while it verified, expected time to finish; "
              + "verify again",
          e);
    } catch (IOException e) {
      broken(chain, number, place, String.valueOf(storage.cannotRead(place, e).getMessage()));
    } catch (RegistryException e) {
      if (meter.isRefusal(e) || storage.isAway(e)) {
        throw e; // the registry went away: nothing is known to be broken
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

  /** A version and the digest of its manifest. */
  private record Proven(ModelVersion version, Digest manifest) {
    static Proven of(VersionStore.Stored stored) {
      return new Proven(stored.version(), stored.digest());
    }
  }

  /** What the versions up to a number are, without those that are broken. */
  private record Known(int last, Map<Integer, Proven> versions) {
    boolean isBroken(int number) {
      return number <= last && !versions.containsKey(number);
    }
  }

  private Known versions(String model) {
    String chain = versionsOf(model);
    int last = storage.lastAnew(model);
    Known known = new Known(last, new HashMap<>());
    Digest end = null;
    Clocks.Chain times = clocks.chain(chain);
    for (int number = 1; number <= last; number++) {
      meter.at(model + ":" + number);
      int each = number;
      String place = storage.place(model, number);
      VersionStore.Stored stored =
          check(chain, number, place, () -> versions.manifest(model, each));
      if (stored != null) {
        known.versions().put(number, Proven.of(stored));
        Manifest manifest = stored.manifest();
        times.next(number, place, manifest.published(), manifest.clock());
        check(chain, number, place, () -> content(stored.manifest()));
        signatures(stored.manifest(), place);
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

  private void signatures(Manifest manifest, String place) {
    ModelVersion version = manifest.version();
    String chain = signaturesOf(version.name());
    VersionSignatures signatures = versions.signatures();
    List<String> names = check(chain, version.number(), place, () -> signatures.names(version));
    for (String name : names == null ? List.<String>of() : names) {
      check(
          chain,
          version.number(),
          storage.signaturePlace(version, name),
          () -> signatures.check(manifest, name));
    }
    options
        .versionTrust()
        .ifPresent(
            trust ->
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
                    }));
  }

  private boolean content(Manifest manifest) throws IOException {
    ModelVersion version = manifest.version();
    versions.card(manifest);
    if (!storage.hasFiles(version) && mayBeRemoved(version)) {
      return true;
    }
    try {
      versions.checkFiles(version, manifest);
      if (options.bytes()) {
        for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
          storage.pass(
              version, file.getKey(), file.getValue(), piece -> meter.accept(piece.remaining()));
        }
      }
    } catch (IOException | RegistryException e) {
      if (meter.isRefusal(e) || storage.hasFiles(version) || !mayBeRemoved(version)) {
        throw e;
      } // otherwise somebody removed it just now
    }
    return true;
  }

  private boolean mayBeRemoved(ModelVersion version) {
    try {
      return versions.states(version.name()).of(version.number()) == REMOVED;
    } catch (RegistryException e) {
      return true; // unknown; the break is found in the chain of changes, and told there
    }
  }

  /** Compares a chain with the head that was kept, when it is at the number that this has. */
  private void end(String chain, long number, long last, @Nullable Digest digest, String place) {
    RegistryHead.Entry kept = expected.get(chain);
    if (kept != null && kept.number() == number) {
      expected.remove(chain);
      if (!kept.digest().equals(digest) && !broken.contains(chain)) {
        broken(
            chain,
            number,
            place,
            place
                + ": found "
                + digest
                + ", expected "
                + kept.digest()
                + " as in the head that was kept; the history up to there was rewritten, restore "
                + "it from a backup");
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
      broken(
          kept.chain(),
          last + 1,
          place,
          place
              + ": found "
              + (last == 0 ? "nothing" : "the end at number " + last)
              + " of "
              + kept.chain()
              + ", expected number "
              + kept.number()
              + " as in the head that was kept; the end was cut off, restore it from a backup");
    }
  }

  private void changes(String model, Known known) {
    Chain<VersionRecord> chain = versions.states(model).chain();
    String name = changesOf(model);
    Walk<VersionRecord> walk = new Walk<>(name, chain.last(), signing.judge(model, name));
    walk.over(
        chain::readAnyhow,
        chain::place,
        (before, next) -> {
          chain.checkLink(before, next);
          for (ModelVersion version : next.record().versions()) {
            checkNamed(chain.place(next.number()), known, version, null);
          }
        });
  }

  private void alias(String model, String alias, Known known) {
    AliasChain chain = aliases.chain(model, alias);
    String name = aliasOf(model, alias);
    Long last = check(name, 1, chain.place(1), chain::last);
    if (last == null) {
      return;
    }
    Walk<Named> walk = new Walk<>(name, last, signing.judge(model, name));
    walk.over(
        chain::readAnyhow,
        chain::place,
        (before, next) -> {
          chain.checkLink(before, next);
          Named named = next.record();
          if (named.record().to() != null) {
            checkNamed(chain.place(next.number()), known, named.record().to(), named.manifest());
          }
        });
  }

  /** A record must name a version that is there, with this manifest. */
  private void checkNamed(
      String record, Known known, ModelVersion version, @Nullable Digest manifest) {
    if (known.isBroken(version.number())) {
      return; // told there
    }
    Proven stored =
        known
            .versions()
            .computeIfAbsent(version.number(), number -> Proven.of(versions.find(version)));
    if (!stored.version().equals(version)
        || (manifest != null && !stored.manifest().equals(manifest))) {
      throw new IntegrityException(
          record
              + ": found a record that names "
              + version
              + " with bytes "
              + version.digest()
              + (manifest == null ? "" : " and manifest " + manifest)
              + ", expected the stored ones, "
              + stored.version().digest()
              + " and "
              + stored.manifest()
              + "; card or files were exchanged, restore the version from a backup");
    }
  }

  /** Checks a link; throws where it is broken. */
  private interface LinkCheck<T> {
    void check(@Nullable Link<T> before, Link<T> next);
  }

  private interface Reader<T> {
    Link<T> read(long number);
  }

  private interface Places {
    String of(long number);
  }

  /** One chain of records. */
  private final class Walk<T> {
    private final String name;
    private final long last;
    private final SignatureChecker judge;

    Walk(String name, long last, SignatureChecker judge) {
      this.name = name;
      this.last = last;
      this.judge = judge;
    }

    void over(Reader<T> reader, Places places, LinkCheck<T> links) {
      Link<T> before = null;
      boolean gap = false;
      Clocks.Chain times = clocks.chain(name);
      for (long number = 1; number <= last; number++) {
        meter.at(name);
        long each = number;
        String place = places.of(number);
        Link<T> next = check(name, number, place, () -> reader.read(each));
        if (next != null) {
          times.next(number, place, next.at(), next.clock());
          Link<T> known = before;
          boolean linked = !gap;
          check(
              name,
              number,
              place,
              () -> {
                if (linked) {
                  links.check(known, next);
                }
                judge.check(next, place);
                return true;
              });
        }
        gap = next == null; // the next link cannot be checked; it is not another break
        before = next;
        recordsChecked++;
        meter.done();
        end(name, number, last, next == null ? null : next.digest(), place);
      }
      if (last == 0) {
        end(name, 0, 0, null, places.of(1));
      }
    }
  }
}
