package dev.flashq.chaos;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

/** The recipes for Kubernetes as its own types: a field that a type does not have is an error. */
record Manifests(List<HasMetadata> all) {
  private static final Map<String, Class<? extends HasMetadata>> TYPES =
      Map.of(
          "v1 Namespace", Namespace.class,
          "v1 Service", Service.class,
          "apps/v1 StatefulSet", StatefulSet.class,
          "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
          "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class);

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .annotationIntrospector(new NoUnknownFields())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** The types keep fields that they do not know in a map; here they must not. */
  private static final class NoUnknownFields extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
      return false;
    }
  }

  static Manifests of(String... files) {
    return new Manifests(Stream.of(files).map(Recipe::of).flatMap(Manifests::read).toList());
  }

  private static Stream<HasMetadata> read(Recipe recipe) {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    return StreamSupport.stream(new Yaml(options).loadAll(recipe.text()).spliterator(), false)
        .map(document -> typed((Map<?, ?>) document));
  }

  static HasMetadata typed(Map<?, ?> document) {
    String type = document.get("apiVersion") + " " + document.get("kind");
    return STRICT.convertValue(document, Objects.requireNonNull(TYPES.get(type), type));
  }

  <T extends HasMetadata> List<T> all(Class<T> type) {
    return all.stream().filter(type::isInstance).map(type::cast).toList();
  }

  <T extends HasMetadata> T one(Class<T> type, String name) {
    return all(type).stream()
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
