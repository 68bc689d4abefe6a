package dev.sluice.request;

/** What the image should show. Which kind a model takes is the bundle's business. */
public sealed interface Prompt {
    /** Nothing in particular: the unconditional distribution. */
    record Unconditional() implements Prompt {}

    /** A class by its name in the bundle. */
    record Label(String name) implements Prompt {
        public Label {
            if (name == null || name.isBlank()) {
                throw new InvalidFieldException(
                        FailureCode.LABEL_UNKNOWN, "prompt.label", "prompt.label must not be blank");
            }
        }
    }

    /**
     * Free text, with what the image should not show.
     *
     * @param negative may be empty
     */
    record Text(String text, String negative) implements Prompt {
        public Text {
            if (text == null || text.isBlank()) {
                throw new InvalidFieldException(
                        FailureCode.FIELD_INVALID, "prompt.text", "prompt.text must not be blank");
            }
        }
    }
}
