package io.mlops4j.runtime.composition.parts;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.Placement;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The members of a composition, in the order in which they are called. Immutable.
 *
 * @param composition the name of the composition
 * @param recipe how the answers are combined, as far as it changes them
 */
record Members(String composition, String recipe, List<Member> all) {
  Members {
    all = List.copyOf(all);
  }

  Placement placement() {
    return Placement.of(
        all.stream()
            .flatMap(member -> member.model().placement().devices().stream())
            .distinct()
            .toArray(String[]::new));
  }

  List<ServedBy> serving() {
    return all.stream().map(member -> member.model().servedBy()).toList();
  }

  /**
   * The digest is that of the recipe and of the members' digests. The fallback of a member is one
   * of the whole.
   */
  ServedBy servedBy(List<ServedBy> answered) {
    StringBuilder text = new StringBuilder(recipe).append('\n');
    for (int i = 0; i < all.size(); i++) {
      text.append(all.get(i).name()).append(' ').append(answered.get(i).digest()).append('\n');
    }
    Digest digest = Digest.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    ServedBy whole =
        ServedBy.of(composition, digest, null, null, "composition").withMembers(answered);
    return answered.stream()
        .flatMap(member -> member.fallback().stream())
        .findFirst()
        .map(whole::asFallback)
        .orElse(whole);
  }
}
