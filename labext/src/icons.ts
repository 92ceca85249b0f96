import { LabIcon } from '@jupyterlab/ui-components';

import svgstr from '../style/icons/labpool.svg';

/** A pool of four workers, one of them busy. */
export const labpoolIcon = new LabIcon({ name: 'labpool:icon', svgstr });
