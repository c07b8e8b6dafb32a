package io.fragcast.protocol.block;

import org.jspecify.annotations.Nullable;

/**
 * The messages of the block lane; the id is the template's on the wire.
 */
public enum FrameKind
{
    /** Opens an attempt. */
    ENV(1),
    /** Signed header of a frag. */
    FRAG(2),
    /** A page of a frag's hash list. */
    FRAG_PAGE(4),
    /** A chunk of a frag's body. */
    FRAG_CHUNK(5),
    /** Closes an attempt. */
    SEAL(6),
    /** Gives an attempt up. */
    ABORT(7),
    /** The leader lives and names its last message. */
    HEARTBEAT(8),
    /** The leader takes up its term. */
    LEADER_START(9),
    /** The leader has ended its term. */
    LEADER_STOP(10);

    private static final @Nullable FrameKind[] BY_ID = new FrameKind[LEADER_STOP.templateId + 1];

    static
    {
        for (final FrameKind kind : values())
        {
            BY_ID[kind.templateId] = kind;
        }
    }

    private final int templateId;

    FrameKind(final int templateId)
    {
        this.templateId = templateId;
    }

    /**
     * Id of the template.
     *
     * @return the id on the wire.
     */
    public int templateId()
    {
        return templateId;
    }

    /**
     * The kind with a template id.
     *
     * @param templateId as on the wire.
     * @return the kind, or null where the block lane has no such message.
     */
    public static @Nullable FrameKind ofTemplate(final int templateId)
    {
        return 0 <= templateId && templateId < BY_ID.length ? BY_ID[templateId] : null;
    }
}
