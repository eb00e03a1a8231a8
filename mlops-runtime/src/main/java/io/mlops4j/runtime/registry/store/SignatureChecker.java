package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.registry.RecordTrust;
import io.mlops4j.registry.RegistryHead;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Whether the records of one chain are to be believed, by who signed them. Thread safe. */
final class SignatureChecker {
  private final String model;
  private final @Nullable RecordTrust trust;
  private final RegistryHead.@Nullable Entry since;
  // Of the record that was judged last: a head that is polled is not judged each time.
  private volatile @Nullable Digest believed;
  // The last of the records from the first on that were judged: its digest stands for them all.
  private volatile Chain.@Nullable Link<?> judged;

  /**
   * @param model the model's name
   * @param trust who is trusted, null if everybody is
   * @param since where the records end that need no signature, null if all need one
   */
  SignatureChecker(String model, @Nullable RecordTrust trust, RegistryHead.@Nullable Entry since) {
    this.model = model;
    this.trust = trust;
    this.since = trust == null ? null : since;
  }

  void check(Chain.Link<?> link, String place) {
    if (trust == null || link.digest().equals(believed)) {
      return;
    }
    String problem = since != null && link.number() <= since.number() ? null : problem(link, trust);
    if (problem != null) {
      throw new IntegrityException(
          place
              + ": found "
              + problem
              + ", expected one by "
              + trust.signers(model)
              + "; the record may be forged and is not used: restore the history from a backup,"
              + " or, if you know it to be right, trust its key, or open the registry with a head"
              + " that holds it");
    }
    if (since != null && link.number() == since.number() && !link.digest().equals(since.digest())) {
      throw new IntegrityException(
          place
              + ": found "
              + link.digest()
              + ", expected "
              + since.digest()
              + " as in the head up to which records need no signature; the history up to there was"
              + " rewritten, restore it from a backup");
    }
    believed = link.digest();
  }

  /** Records whose links were checked; of those from the first on, each is judged once. */
  <T> void checkLinked(List<Chain.Link<T>> links, LongFunction<String> places) {
    if (trust == null || links.isEmpty()) {
      return;
    }
    boolean fromFirst = links.get(0).number() == 1;
    int known = fromFirst ? known(links) : 0;
    links.subList(known, links.size()).forEach(link -> check(link, places.apply(link.number())));
    if (fromFirst) {
      judged = links.get(links.size() - 1);
    }
  }

  private int known(List<? extends Chain.Link<?>> links) {
    Chain.Link<?> last = judged;
    return last != null
            && last.number() <= links.size()
            && links.get((int) last.number() - 1).digest().equals(last.digest())
        ? (int) last.number()
        : 0;
  }

  private @Nullable String problem(Chain.Link<?> link, RecordTrust trust) {
    return link.signature().problem(model, trust);
  }

  /** Before a record is written that nobody here would believe afterwards. */
  void checkOwn(Chain.Link<?> link, String name) {
    String problem = trust == null ? null : problem(link, trust);
    if (trust != null && problem != null) {
      throw new RegistryException(
          name
              + ": found "
              + problem
              + " on the record to be written, expected one by "
              + trust.signers(model)
              + ", which this registry was opened to trust; nothing was changed, open it with"
              + " RegistryOptions.Builder.signing(a signer of theirs)",
          null);
    }
  }

  /** A chain must not end before what was there when records needed no signature yet. */
  void checkEnd(long last, String place) {
    if (since != null && last < since.number()) {
      throw new IntegrityException(
          place
              + ": found the end at number "
              + last
              + ", expected number "
              + since.number()
              + " as in the head up to which records need no signature; the end was cut off,"
              + " restore it from a backup");
    }
  }
}
