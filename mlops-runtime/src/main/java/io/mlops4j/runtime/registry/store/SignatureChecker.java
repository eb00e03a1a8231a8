package io.mlops4j.runtime.registry.store;

import io.mlops4j.model.Digest;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.registry.RegistryHead;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Checks the signatures of one chain's records. Thread safe. */
final class SignatureChecker {
  private final String model;
  private final @Nullable RecordTrust trust;
  private final RegistryHead.@Nullable Entry since;
  // The digest of the last record that was trusted, so that a polled head is checked once.
  private volatile @Nullable Digest trusted;
  // The last of the checked records that start at the first. Its digest covers all of them.
  private volatile Chain.@Nullable Link<?> checked;

  /**
   * Creates a checker.
   *
   * @param model the model's name
   * @param trust the trusted signers; null trusts every record
   * @param since the last record that needs no signature; null if all records need one
   */
  SignatureChecker(String model, @Nullable RecordTrust trust, RegistryHead.@Nullable Entry since) {
    this.model = model;
    this.trust = trust;
    this.since = trust == null ? null : since;
  }

  void check(Chain.Link<?> link, String place) {
    if (trust == null || link.digest().equals(trusted)) {
      return;
    }
    String problem =
        since != null && link.number() <= since.number()
            ? null
            : link.signature().problem(model, trust);
    if (problem != null) {
      throw Problems.broken(
          place,
          problem,
          "one by "
              + trust.signers(model)
              + "; the record may be forged and is not used: restore the history from a backup,"
              + " or, if you know it to be right, trust its key, or open the registry with a head"
              + " that holds it");
    }
    if (since != null && link.number() == since.number() && !link.digest().equals(since.digest())) {
      throw Problems.broken(
          place,
          link.digest().toString(),
          since.digest()
              + " as in the head up to which records need no signature; the history up to there was"
              + " rewritten, restore it from a backup");
    }
    trusted = link.digest();
  }

  /** Checks records whose links were checked. Records from the first on are checked only once. */
  <T> void checkLinked(List<Chain.Link<T>> links, LongFunction<String> places) {
    if (trust == null || links.isEmpty()) {
      return;
    }
    boolean fromFirst = links.get(0).number() == 1;
    int known = fromFirst ? known(links) : 0;
    links.subList(known, links.size()).forEach(link -> check(link, places.apply(link.number())));
    if (fromFirst) {
      checked = links.get(links.size() - 1);
    }
  }

  private int known(List<? extends Chain.Link<?>> links) {
    Chain.Link<?> last = checked;
    return last != null
            && last.number() <= links.size()
            && links.get((int) last.number() - 1).digest().equals(last.digest())
        ? (int) last.number()
        : 0;
  }

  /** Refuses to write a record that this registry would not trust afterwards. */
  void checkOwn(Chain.Link<?> link, String name) {
    String problem = trust == null ? null : link.signature().problem(model, trust);
    if (trust != null && problem != null) {
      throw Problems.refused(
          name,
          problem + " on the record to be written",
          "one by "
              + trust.signers(model)
              + ", which this registry was opened to trust; nothing was changed, open it with"
              + " RegistryOptions.Builder.signing(one of these signers)");
    }
  }

  /** Checks that a chain contains all records that need no signature. */
  void checkEnd(long last, String place) {
    if (since != null && last < since.number()) {
      throw Problems.broken(
          place,
          "the end at number " + last,
          "number %s as in the head up to which records need no signature; the end was cut off, "
                  .formatted(since.number())
              + "restore it from a backup");
    }
  }
}
