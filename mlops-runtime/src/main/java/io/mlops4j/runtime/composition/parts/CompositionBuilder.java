package io.mlops4j.runtime.composition.parts;

import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.composition.Composition;
import io.mlops4j.runtime.serving.Composer;
import io.mlops4j.runtime.serving.Ensemble;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The settings of a composition. Not thread safe. */
public final class CompositionBuilder implements Composition.Builder {
  private final Composer composer;
  private final String name;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final List<InferenceListener> listeners = new ArrayList<>();
  private @Nullable Closing closing;

  /**
   * Begins to build a composition.
   *
   * @param composer makes one model of the members
   * @param name the name of the composition
   * @throws IllegalArgumentException if the name is blank
   */
  public CompositionBuilder(Composer composer, String name) {
    this.composer = composer;
    this.name = checkName("composition", name);
  }

  private static String checkName(String what, String name) {
    if (Objects.requireNonNull(name, "name").isBlank()) {
      throw new IllegalArgumentException(
          what + ": found a blank name, expected one that is not blank");
    }
    return name;
  }

  @Override
  public Composition.Builder member(String name, Model model) {
    add(members, name, model);
    return this;
  }

  private void add(Map<String, Member> to, String member, Model model) {
    checkName("member", member);
    Objects.requireNonNull(model, "model");
    if (member.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          "member: found the name \""
              + member
              + "\", expected one without a dot, which separates members from outputs");
    }
    if (to.putIfAbsent(member, new Member(name, member, model, 1, Map.of())) != null) {
      throw new IllegalArgumentException(
          "member: found the name \"" + member + "\" twice, expected each name once");
    }
  }

  private Member known(String member) {
    Member found = members.get(Objects.requireNonNull(member, "member"));
    if (found == null) {
      throw new IllegalArgumentException(
          "member: found \"" + member + "\", expected one of " + members.keySet());
    }
    return found;
  }

  @Override
  public Composition.Builder weight(String member, double weight) {
    Member found = known(member);
    if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "weight of " + member + ": found " + weight + ", expected 0 or more, finite");
    }
    members.put(member, new Member(name, member, found.model(), weight, found.renamed()));
    return this;
  }

  @Override
  public Composition.Builder rename(String member, String output, String as) {
    Member found = known(member);
    Objects.requireNonNull(output, "output");
    Objects.requireNonNull(as, "as");
    if (found.output(output) == null) {
      throw new IllegalArgumentException(
          found.prefix()
              + "found no output \""
              + output
              + "\", expected one of "
              + found.model().signature().outputs());
    }
    if (as.isBlank() || found.output(as) != null) {
      throw new IllegalArgumentException(
          found.prefix() + "found the new name \"" + as + "\", expected one that no output has");
    }
    Map<String, String> renamed = new LinkedHashMap<>(found.renamed());
    renamed.put(output, as);
    members.put(member, new Member(name, member, found.model(), found.weight(), renamed));
    return this;
  }

  @Override
  public Composition.Builder listener(InferenceListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  @Override
  public Composition.Builder closing(Closing closing) {
    this.closing = Objects.requireNonNull(closing, "closing");
    return this;
  }

  @Override
  public Composition sequence() {
    return chain(members, "sequence");
  }

  @Override
  public Composition stack(String name, Model last) {
    Map<String, Member> all = new LinkedHashMap<>(members);
    add(all, name, last);
    return chain(all, "stack");
  }

  private Composition chain(Map<String, Member> all, String kind) {
    Members checked = members(all, kind);
    Member last = checked.all().get(checked.all().size() - 1);
    if (!last.renamed().isEmpty()) {
      throw new IllegalArgumentException(
          last.prefix()
              + "found other names for the outputs "
              + last.renamed().keySet()
              + ", expected none, because the outputs of the last member are those of the composition");
    }
    return compose(all, Sequence.of(checked, kind.equals("stack"), composer.allocator()));
  }

  @Override
  public Composition average(String output, String... more) {
    Set<String> outputs = new LinkedHashSet<>();
    outputs.add(Objects.requireNonNull(output, "output"));
    outputs.addAll(List.of(Objects.requireNonNull(more, "more")));
    Members checked = members(members, "average " + outputs);
    requireWeight(checked.all());
    return compose(
        members,
        new Parallel(checked, new Average(checked.all(), List.copyOf(outputs)), composer::outputs));
  }

  @Override
  public Composition vote(String output) {
    Objects.requireNonNull(output, "output");
    Members checked = members(members, "vote " + output);
    requireWeight(checked.all());
    return compose(
        members, new Parallel(checked, new Vote(checked.all(), output), composer::outputs));
  }

  private void requireWeight(List<Member> all) {
    double sum = all.stream().mapToDouble(Member::weight).sum();
    if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "composition %s: found weights with the sum %s, expected a finite sum above 0"
              .formatted(name, sum));
    }
  }

  private Members members(Map<String, Member> all, String kind) {
    if (all.size() < 2) {
      throw new IllegalArgumentException(
          "composition %s: found %d members, expected at least two".formatted(name, all.size()));
    }
    StringBuilder recipe = new StringBuilder(kind);
    all.values()
        .forEach(
            member ->
                recipe
                    .append('\n')
                    .append(member.name())
                    .append(" x ")
                    .append(member.weight())
                    .append(' ')
                    .append(new TreeMap<>(member.renamed())));
    return new Members(name, recipe.toString(), List.copyOf(all.values()));
  }

  private Composition compose(Map<String, Member> all, Ensemble ensemble) {
    Map<String, Model> models = new LinkedHashMap<>();
    all.forEach((member, known) -> models.put(member, known.model()));
    return new NamedComposition(composer.compose(ensemble, listeners, closing), models);
  }
}
